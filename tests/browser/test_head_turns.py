"""The whole loop with a real person as the camera: they look at the screen, then turn their head away."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from selenium.webdriver.chrome.webdriver import WebDriver

from tests.browser.camera import Segment, camera_file, read, to_and_fro
from tests.browser.chromium import wait
from tests.browser.conftest import OpenCandidate, OpenProctor
from tests.browser.evidence import nearest, turned_frames
from tests.browser.people import Sitting
from tests.data import clip_frames

FPS = 12.35
NEUTRAL = 8  # pictures before she begins to turn; the labels begin when she has turned
NEUTRAL_SECONDS = 22.0  # time for consent, check, calibration and start
LAST = 105  # enough of the second turn for one event
TURNS_SLOWER = 2.5  # at full speed the longest turn lasts 2.996 s, and LOOKING_AWAY needs more than 3
COLUMNS = [
    "time_24h",
    "unix_time",
    "event",
    "risk_delta",
    "risk_total",
    "phone_detected",
    "looking_away",
    "face_count",
    "snapshot_url",
]
EVENT_ON_SCREEN_SECONDS = 2.0

# Notes in the page when the words first appear in the element, on the clock the server uses too (same machine).
WATCH_FOR = """
const [selector, words] = arguments;
window.seenAt = null;
const look = () => {
  if (window.seenAt === null && document.querySelector(selector)?.textContent.includes(words)) {
    window.seenAt = Date.now() / 1000;
  }
};
new MutationObserver(look).observe(document.body, {childList: true, subtree: true, characterData: true});
look();
"""


def watch_for(browser: WebDriver, selector: str, words: str) -> None:
    browser.execute_script(WATCH_FOR, selector, words)


def seen_at(browser: WebDriver) -> float:
    return float(
        wait(browser, lambda b: b.execute_script("return window.seenAt"), "the event on the proctor's page", seconds=10)
    )


def test_turning_away_is_seen_recorded_and_shown(
    tmp_path: Path, sitting: Sitting, open_candidate: OpenCandidate, open_proctor: OpenProctor
) -> None:
    paths = clip_frames("head_turns")
    pictures = read(paths)
    turned = turned_frames(paths[0].parent)
    camera = camera_file(
        tmp_path,
        [
            Segment(to_and_fro(pictures[:NEUTRAL]), FPS, NEUTRAL_SECONDS),
            Segment(pictures[NEUTRAL:LAST], FPS / TURNS_SLOWER),
            Segment(to_and_fro(pictures[:NEUTRAL]), FPS, 20.0),
        ],
    )
    wall, page = open_proctor(), open_proctor()
    wall.open(f"/admin/proctoring/session/wall/{sitting.exam_id}/")

    candidate = open_candidate(camera=camera)
    candidate.sit_down(sitting.username, sitting.exam_id)
    session_id = candidate.session_id
    page.open(f"/admin/proctoring/session/{session_id}/change/")
    wall.sees("#tiles", "Sam Sitter")
    assert wall.events(session_id, "LOOKING_AWAY") == []
    watch_for(wall.browser, "#feed", "Looking away")
    watch_for(page.browser, "#events", "Looking away")

    event = wall.waits_for_event(session_id, "LOOKING_AWAY", seconds=60)[0]
    for proctor in (wall, page):
        assert 0 <= seen_at(proctor.browser) - event["unix_time"] <= EVENT_ON_SCREEN_SECONDS
    assert "look at the screen" in candidate.warnings() or candidate.frames_acked() > 0

    for each in wall.events(session_id, "LOOKING_AWAY"):
        snapshot = wall.fetch(each["snapshot_url"])
        assert (snapshot.status, snapshot.headers["content-type"]) == (200, "image/jpeg")
        assert nearest(snapshot.body, pictures).frame in turned
        assert re.search(rf"/LOOKING_AWAY_{round(each['unix_time'] * 1000)}\.jpg$", each["snapshot_url"])
    stranger = candidate.fetch(event["snapshot_url"])
    assert stranger.status in (403, 404)

    candidate.finish()
    record = wall.export_json(session_id)
    assert set(record) == {"session_start", "risk_history", "events"}
    assert all(list(each)[: len(COLUMNS)] == COLUMNS for each in record["events"])
    table = wall.fetch(f"/sessions/{session_id}/export.csv")
    rows = list(csv.DictReader(io.StringIO(table.body.decode("utf-8-sig"))))
    assert list(rows[0])[: len(COLUMNS)] == COLUMNS
    assert [row["event"] for row in rows] == [each["event"] for each in record["events"]]
    assert not candidate.camera_tracks_live()
