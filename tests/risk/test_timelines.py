"""Each worked timeline of the semantics, to the event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from proctoring.risk.engine import Engine, EventDraft
from proctoring.risk.policy import Policy
from tests.risk import timelines
from tests.risk.scenes import NEUTRAL, Entry, Frame, assert_restores_everywhere, play, seen, told


def risk_at(timeline: Sequence[Entry], time: float) -> int:
    engine = play([entry for entry in timeline if entry.time <= time])[1]
    return engine.risk_total


def test_a_face_that_stays_away_scores_every_two_seconds_and_decays_by_32() -> None:
    timeline = timelines.face_away_for_seven_seconds()
    events, _ = play(timeline)
    assert told(events) == [("NO_FACE", 12.2, 5), ("NO_FACE", 14.2, 10), ("NO_FACE", 16.2, 15)]
    assert risk_at(timeline, 17.9) == 15
    assert risk_at(timeline, 18.0) == 14
    assert risk_at(timeline, 31.9) == 1
    assert risk_at(timeline, 32.0) == 0


@pytest.mark.parametrize("every_frame_once_seen", [False, True])
def test_a_phone_alone_scores_twice_in_twelve_seconds_and_for_ever(every_frame_once_seen: bool) -> None:
    timeline = timelines.phone_for_twelve_seconds(every_frame_once_seen=every_frame_once_seen)
    events, engine = play(timeline)
    assert told(events) == [("PHONE_DETECTED", 5.5, 15), ("PHONE_DETECTED", 10.5, 30)]
    assert engine.risk_total == 30


def test_a_phone_followed_as_the_engine_asks_gives_the_same() -> None:
    engine = Engine(Policy(), NEUTRAL)
    events: list[EventDraft] = []
    looks: list[float] = []
    for index in range(40):
        time = index * 0.5
        if engine.wants_phone:
            looks.append(time)
        phone = time <= 12 if engine.wants_phone else None
        events.extend(engine.observe(time, seen(phone=phone)).events)
    assert told(events) == [("PHONE_DETECTED", 5.5, 15), ("PHONE_DETECTED", 10.5, 30)]
    assert looks == [index * 0.5 for index in range(27)] + [15.5, 18.0]


def test_two_glances_under_the_limit_are_nothing() -> None:
    assert play(timelines.two_glances_under_the_limit())[0] == []


@pytest.mark.parametrize("fps", [2, 5, 10])
def test_one_false_frame_does_not_break_a_look_away(fps: float) -> None:
    events, _ = play(timelines.away_with_one_false_frame(fps))
    assert [event.name for event in events] == ["LOOKING_AWAY"]


def test_two_faces_looking_away_are_two_events_each_with_its_own_delta() -> None:
    events, _ = play(timelines.two_faces_looking_away())
    assert told(events) == [("MULTIPLE_FACES", 4.2, 10), ("LOOKING_AWAY", 5.2, 16)]
    assert [event.risk_delta for event in events] == [10, 6]


def test_two_confirmed_at_one_frame_carry_a_running_total() -> None:
    timeline = [Frame(0.0, seen()), Frame(0.5, seen(faces=2, yaw=50.0))]
    timeline += [Frame(0.5 + index * 1.4, seen(faces=2, yaw=50.0)) for index in range(1, 4)]
    rules = {name: rule for name, rule in Policy().rules.items() if name in ("MULTIPLE_FACES", "LOOKING_AWAY")}
    policy = Policy(rules={name: replace(rule, hold_seconds=3.0) for name, rule in rules.items()})
    events, _ = play(timeline, policy=policy)
    assert told(events) == [("MULTIPLE_FACES", 4.7, 10), ("LOOKING_AWAY", 4.7, 16)]


def test_one_leaving_is_one_tab_switch() -> None:
    events, engine = play(timelines.tab_left_once())
    assert told(events) == [("TAB_SWITCH", 5.0, 5)]
    assert engine.state()["values"]["risk_permanent"] == 5


def test_a_lost_connection_joins_no_absences() -> None:
    events, _ = play(timelines.connection_lost_between_absences())
    assert told(events) == [("CONNECTION_LOST", 63.5, 0)]
    assert events[0].ledger == "technical"
    assert events[0].detail["seconds"] == 60.0


@pytest.mark.parametrize("name", timelines.ALL)
def test_restored_at_any_entry_the_events_are_the_same(name: str) -> None:
    assert_restores_everywhere(timelines.ALL[name])
