"""What becomes of the page: hidden, reloaded, its camera stopped."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.browser.camera import Segment, camera_file, looking_at_the_screen
from tests.browser.chromium import wait
from tests.browser.conftest import OpenCandidate, OpenProctor
from tests.browser.people import Sitting
from tests.browser.seat import Candidate

CHOICE = '#questions input[type="radio"]'
TEXT = "#questions textarea"


@pytest.fixture
def candidate(tmp_path: Path, sitting: Sitting, open_candidate: OpenCandidate) -> Candidate:
    """Sitting the exam, looking at the screen."""
    camera = camera_file(tmp_path, [Segment(looking_at_the_screen(), 12.35)])
    candidate = open_candidate(camera=camera)
    candidate.sit_down(sitting.username, sitting.exam_id)
    return candidate


def test_a_hidden_tab_is_one_event_and_frames_go_on(candidate: Candidate, open_proctor: OpenProctor) -> None:
    proctor, browser = open_proctor(), candidate.browser
    exam_tab = browser.current_window_handle
    browser.switch_to.new_window("tab")
    proctor.waits_for_event(candidate.session_id, "TAB_SWITCH", seconds=10)
    # At two frames a second; timers of a hidden page alone would give one.
    before = proctor.newest_frame(candidate.session_id)
    assert before > 0
    wait(
        proctor.browser,
        lambda _: proctor.newest_frame(candidate.session_id) >= before + 8,
        "8 frames of a hidden page",
        seconds=6,
    )
    browser.close()
    browser.switch_to.window(exam_tab)
    wait(browser, lambda b: b.execute_script("return !document.hidden"), "the exam to be visible again")
    frames = candidate.frames_acked()
    wait(browser, lambda _: candidate.frames_acked() > frames, "frames after coming back")
    events = proctor.events(candidate.session_id, "TAB_SWITCH")
    assert [event["risk_delta"] for event in events] == [5]


def test_a_reload_goes_on_at_the_same_place(candidate: Candidate, open_proctor: OpenProctor) -> None:
    proctor, browser = open_proctor(), candidate.browser
    candidate.click(CHOICE)
    candidate.find(TEXT).send_keys("It has one divisor.")
    for number in (1, 2):
        candidate.sees(f'.question[data-number="{number}"] .question-status', "Saved")
    frame = proctor.newest_frame(candidate.session_id)

    browser.refresh()
    candidate.reaches("exam")
    wait(browser, lambda _: candidate.find(CHOICE).is_selected(), "the choice made before")
    assert candidate.find(TEXT).get_attribute("value") == "It has one divisor."
    wait(browser, lambda _: candidate.data("camera") == "on", "the camera to come back")
    wait(browser, lambda _: candidate.frames_acked() > 1, "frames after the reload")
    assert proctor.newest_frame(candidate.session_id) > frame
    assert proctor.events(candidate.session_id, "TAB_SWITCH") == []


def test_a_recording_is_noticed_and_stop_releases_the_camera(candidate: Candidate, open_proctor: OpenProctor) -> None:
    """The camera is a file that Chromium plays: one second, to and fro."""
    proctor = open_proctor()
    wait(
        proctor.browser,
        lambda _: {"VIRTUAL_CAMERA", "PICTURE_REPEATS"} <= set(proctor.ledger(candidate.session_id)),
        "the recording to be noticed",
        seconds=20,
    )
    candidate.sees("#warnings", "repeats itself")
    candidate.sees("#camera-state", "camera.mjpeg")
    candidate.sees("#camera-state", "A program’s picture")

    # Each picture is sent a moment early, as soon as it shows again; all the same there are no more than two a second.
    began, before = time.monotonic(), candidate.frames_acked()
    wait(candidate.browser, lambda _: candidate.frames_acked() >= before + 8, "eight more pictures")
    assert candidate.frames_acked() - before <= 2 * (time.monotonic() - began) + 2

    assert candidate.camera_tracks_live()
    candidate.click("#camera-stop")
    candidate.sees("#camera-state", "released")
    assert not candidate.camera_tracks_live()
    assert candidate.data("camera") == "off"
    wait(proctor.browser, lambda _: "CAMERA_STOPPED" in proctor.ledger(candidate.session_id), "CAMERA_STOPPED")

    candidate.click("#camera-start")
    wait(candidate.browser, lambda _: candidate.data("camera") == "on", "the camera on again")
    frames = candidate.frames_acked()
    wait(candidate.browser, lambda _: candidate.frames_acked() > frames, "frames after starting the camera again")
    assert proctor.export_json(candidate.session_id)["events"] == []
