"""The camera and its pictures where the browser is slow to answer or fails: Stop means off, and failing is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.camera import Segment, camera_file, looking_at_the_screen
from tests.browser.chromium import wait
from tests.browser.conftest import OpenCandidate
from tests.browser.seat import Candidate

# The browser's question stays open until the test answers it.
ASKS_UNTIL_ALLOWED = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.asked = 0;
window.given = [];
const allowed = new Promise((resolve) => { window.allow = resolve; });
navigator.mediaDevices.getUserMedia = async (constraints) => {
  window.asked += 1;
  await allowed;
  const stream = await ask(constraints);
  window.given.push(stream);
  return stream;
};
"""
# A picture without any pixels is one that no worker can encode; what comes of it, as a word.
ENCODE_NOTHING = """
(async (done) => {
const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
const { Encoder } = await import(loaded.find((name) => /\\/candidate\\/encoder\\.[^/]*js/.test(name)));
const encoder = new Encoder(document.getElementById("room").dataset.frameWorker);
const picture = document.createElement("canvas");
picture.videoWidth = picture.videoHeight = 0;
const late = new Promise((resolve) => setTimeout(resolve, 5000, "no answer"));
done(await Promise.race([encoder.encode(picture, 1000).then(() => "encoded", () => "refused"), late]));
})(arguments[0]);
"""


@pytest.fixture
def candidate(tmp_path: Path, open_candidate: OpenCandidate) -> Candidate:
    """In the system check of a practice run."""
    candidate = open_candidate(camera=camera_file(tmp_path, [Segment(looking_at_the_screen(), 12.35)]))
    candidate.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": ASKS_UNTIL_ALLOWED})
    candidate.practise("candidate5")
    return candidate


def test_a_camera_allowed_after_stop_stays_off(candidate: Candidate) -> None:
    browser = candidate.browser
    candidate.click("#camera-start")
    wait(browser, lambda b: b.execute_script("return window.asked"), "the browser to ask for the camera")
    candidate.click("#camera-stop")
    browser.execute_script("window.allow()")
    wait(browser, lambda b: b.execute_script("return window.given.length"), "the camera to be given")
    wait(
        browser, lambda b: b.execute_script("return window.given.every((s) => !s.active)"), "the camera to be released"
    )
    assert candidate.data("camera") == "off"
    candidate.click("#camera-start")
    wait(browser, lambda _: candidate.data("camera") == "on", "the camera, asked for again")


def test_a_picture_that_cannot_be_encoded_is_given_up_not_waited_for(candidate: Candidate) -> None:
    candidate.browser.set_script_timeout(20)
    assert candidate.browser.execute_async_script(ENCODE_NOTHING) == "refused"
