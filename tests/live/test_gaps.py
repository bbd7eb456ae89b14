"""A page that sends less than was asked for, or always the same, is told of: nothing would score there."""

from __future__ import annotations

from uuid import uuid4

import pytest

from proctoring.live.clock import FrameClock
from proctoring.live.gaps import Gaps
from proctoring.live.session import LiveSession
from proctoring.risk.policy import Policy
from proctoring.services import Connection
from tests.factories import observation

START = 1_767_788_935.0


def watched(*, camera_on: bool = True) -> LiveSession:
    """Watching since ``START``, at two pictures a second."""
    connection = Connection(
        session_id=uuid4(),
        epoch=1,
        kind="exam",
        state="checking",
        exam_id=1,
        candidate_id=1,
        candidate_name="Ada",
        policy=Policy(),
        calibration=None,
        engine_state=None,
        risk_temporary=0,
        risk_permanent=0,
        risk_total=0,
        last_sequence=0,
        deadline=None,
        last_frame_at=None,
        last_sample_ms=0,
        camera_on=camera_on,
        detectors_off={},
        pending_signals=(),
    )
    session = LiveSession(connection)
    session.watch(now=START, started_at=None)
    return session


@pytest.fixture
def live() -> LiveSession:
    return watched()


def test_a_camera_that_was_off_before_a_reconnection_is_not_waited_for() -> None:
    assert watched(camera_on=False).gaps.silence(START + 60) == []
    assert len(watched().gaps.silence(START + 60)) == 1


def recorded(live: LiveSession) -> list[tuple[str, dict[str, float]]]:
    return [(drafted.draft.name, dict(drafted.draft.detail)) for drafted in live.commit().drafts]


def show(live: LiveSession, *, at: float, jpeg: bytes) -> None:
    live.observed(observation(faces=0), jpeg=jpeg, sequence=1, at=at)


def test_a_picture_every_two_seconds_scores_nothing_but_is_recorded_once_a_minute(live: LiveSession) -> None:
    for number in range(61):
        show(live, at=START + 2 * number, jpeg=b"%d" % number)
    assert recorded(live) == [
        ("FRAMES_MISSING", {"gaps": 1, "seconds": 2.0}),
        ("FRAMES_MISSING", {"gaps": 30, "seconds": 60.0}),
    ]


def test_a_sender_whose_clock_stands_still_and_leaps_is_recorded(live: LiveSession) -> None:
    """Frames come twice a second, but are dated so that only every eighth is later than the one before."""
    clock = FrameClock()
    for number in range(40):
        received = START + number / 2
        captured = START + number // 8 * 4
        show(live, at=clock.time_of(captured=captured, received=received), jpeg=b"%d" % number)
    names = [name for name, _ in recorded(live)]
    assert "FRAMES_MISSING" in names


def test_pictures_that_come_late_or_twice_are_counted(live: LiveSession) -> None:
    for number, at in enumerate((START, START + 1, START + 1, START + 0.5, START + 2)):
        live.observed(observation(), jpeg=b"%d" % number, sequence=number, at=at)
    assert live.commit().counters == {"analysed": 5, "late": 2}


def test_a_detector_that_is_off_is_recorded_once_with_its_reason(live: LiveSession) -> None:
    for _ in range(2):
        live.note_detectors_off({"phone": "phone.pt: No such file."}, now=START)
    commit = live.commit()
    assert [drafted.draft.sentence for drafted in commit.drafts] == [
        "The detector “phone” was off: phone.pt: No such file."
    ]
    assert commit.detectors_off == {"phone": "phone.pt: No such file."}


def test_pictures_at_the_pace_asked_for_leave_no_entry(live: LiveSession) -> None:
    for number in range(100):
        live.observed(observation(), jpeg=b"%d" % number, sequence=number, at=START + number / 2)
    assert recorded(live) == []


def test_the_same_picture_again_and_again_is_recorded_once(live: LiveSession) -> None:
    for number in range(60):
        live.observed(observation(), jpeg=b"still", sequence=number, at=START + number / 2)
    assert recorded(live) == [("PICTURE_FROZEN", {"seconds": 8.0, "byte_for_byte": True})]


def test_a_connection_without_pictures_is_recorded_once_while_it_lasts() -> None:
    gaps = Gaps(1.5)
    assert gaps.silence(START) == []
    gaps.begin(START)
    gaps.picture(START + 1)
    assert gaps.silence(START + 10.9) == []
    (entry,) = gaps.silence(START + 12)
    assert (entry.name, entry.detail["seconds"], entry.detail["goes_on"]) == ("FRAMES_MISSING", 11.0, True)
    assert gaps.silence(START + 30) == []
    (entry,) = gaps.picture(START + 61)
    assert entry.detail == {"gaps": 1, "seconds": 60.0}


def test_a_camera_that_is_said_to_be_off_is_not_waited_for() -> None:
    gaps = Gaps(1.5)
    gaps.begin(START)
    gaps.picture(START)
    gaps.pause()
    assert gaps.silence(START + 60) == []
    assert gaps.picture(START + 60) == []


def test_what_was_held_back_is_given_when_the_connection_ends() -> None:
    gaps = Gaps(1.5)
    for second in (0, 2, 4):
        gaps.picture(START + second)
    assert gaps.due(START + 5) == []
    (entry,) = gaps.end(START + 5)
    assert entry.detail == {"gaps": 1, "seconds": 2.0}
    assert gaps.end(START + 9) == []


def test_a_silence_that_ends_with_the_connection_is_counted_in_full() -> None:
    gaps = Gaps(1.5)
    gaps.picture(START)
    (entry,) = gaps.end(START + 16)
    assert entry.detail == {"gaps": 1, "seconds": 16.0}
