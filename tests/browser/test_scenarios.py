"""Real clips as the camera, each for as long as its subject needs."""

from __future__ import annotations

from pathlib import Path

from tests.browser.camera import Segment, black, camera_file, looking_at_the_screen, read
from tests.browser.chromium import wait
from tests.browser.conftest import OpenCandidate, OpenProctor
from tests.browser.people import Sitting
from tests.data import clip_frames

SIT_DOWN_SECONDS = 22.0  # time for consent, check, calibration and start


def neutral(seconds: float = SIT_DOWN_SECONDS) -> Segment:
    return Segment(looking_at_the_screen(), 12.35, seconds)


def test_two_people_a_black_picture_and_a_phone_held_up(
    tmp_path: Path, sitting: Sitting, open_candidate: OpenCandidate, open_proctor: OpenProctor
) -> None:
    """One sitting, three scenes after each other; of the phone those stills that the weights in use find."""
    stills = read(clip_frames("phone_at_webcam"))
    scenes = [
        neutral(),
        Segment(read(clip_frames("two_people")), 12.0, 10),
        neutral(3),
        Segment([black()], 1.0, 8),
        neutral(3),
        Segment([stills[0], stills[10]], 1 / 9, 18),
    ]
    candidate, proctor = open_candidate(camera=camera_file(tmp_path, scenes)), open_proctor()
    candidate.sit_down(sitting.username, sitting.exam_id)

    event = proctor.waits_for_event(candidate.session_id, "MULTIPLE_FACES", seconds=45)[0]
    assert event["face_count"] >= 2
    assert event["risk_delta"] == 10

    candidate.sees("#warnings", "too dark", seconds=45)
    event = proctor.waits_for_event(candidate.session_id, "NO_FACE", seconds=20)[0]
    assert event["face_count"] == 0
    assert "TOO_DARK" in proctor.ledger(candidate.session_id)

    event = proctor.waits_for_event(candidate.session_id, "PHONE_DETECTED", seconds=60)[0]
    assert event["phone_detected"] == 1
    assert event["risk_delta"] == 15
    # Each still is shown for nine seconds.
    wait(proctor.browser, lambda _: "PICTURE_FROZEN" in proctor.ledger(candidate.session_id), "a picture that stands")


def test_an_honest_candidate_who_reads_and_writes(
    tmp_path: Path, sitting: Sitting, open_candidate: OpenCandidate, open_proctor: OpenProctor
) -> None:
    camera = camera_file(tmp_path, [Segment(read(clip_frames("reading_down")), 6.7)])
    candidate, proctor = open_candidate(camera=camera), open_proctor()
    candidate.sit_down(sitting.username, sitting.exam_id)
    before = candidate.frames_acked()
    # The clip lasts 25 s: once round.
    wait(candidate.browser, lambda _: candidate.frames_acked() >= before + 50, "50 frames of the exam", seconds=60)
    candidate.finish()
    names = {event["event"] for event in proctor.export_json(candidate.session_id)["events"]}
    assert names.isdisjoint({"MULTIPLE_FACES", "PHONE_DETECTED", "NO_FACE"})
    assert not {"PICTURE_FROZEN", "PICTURE_REPEATS"} & set(proctor.ledger(candidate.session_id))
