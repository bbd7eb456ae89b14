from __future__ import annotations

from proctoring.risk.incidents import group
from tests.risk.scenes import Signal, frames, play, seen


def test_events_within_the_quiet_time_are_one_incident() -> None:
    events, _ = play([*frames(0.0, 8.0, 2, seen(faces=0)), *frames(8.0, 40.0, 2, seen())])
    (incident,) = group(events)
    assert incident.names == ("NO_FACE",)
    assert (incident.start, incident.end) == (2.5, 6.5)
    assert incident.points == 15
    assert incident.positions == (0, 1, 2)


def test_quiet_closes_an_incident() -> None:
    absent, present = seen(faces=0), seen()
    timeline = [*frames(0.0, 3.0, 2, absent), *frames(3.0, 20.0, 2, present), *frames(20.0, 23.0, 2, absent)]
    first, second = group(play(timeline)[0])
    assert first.end == 2.5
    assert second.start == 22.5
    assert not first.is_open(12.6)
    assert second.is_open(32.5)


def test_severity_rises_with_the_points() -> None:
    both = seen(faces=2, yaw=60.0, phone=True)
    events, _ = play(frames(0.0, 8.0, 2, both))
    severities = [group(events[:count])[0].severity for count in range(1, len(events) + 1)]
    assert severities[0] == "notable"
    assert severities[-1] == "serious"
    assert severities == sorted(severities, key=["minor", "notable", "serious"].index)


def test_late_events_are_grouped_by_their_own_time() -> None:
    timeline = [*frames(0.0, 3.0, 2, seen(faces=0)), *frames(3.0, 60.0, 2, seen()), Signal(4.0, "hidden")]
    events, _ = play(timeline)
    (incident,) = group(events)
    assert incident.names == ("NO_FACE", "TAB_SWITCH")


def test_only_the_integrity_ledger_makes_incidents() -> None:
    assert group(play([Signal(1.0, "copy"), Signal(2.0, "fullscreen_left")])[0]) == []
