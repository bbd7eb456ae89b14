"""Browser signals, in time and late, and what is technical."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from proctoring.risk.browser import known_kinds
from proctoring.risk.policy import DEFAULT_RULES, Policy
from tests.risk.scenes import Connection, Entry, Frame, Signal, assert_restores_everywhere, frames, play, seen, told

CALM = seen()
LEAVING = [Signal(5.0, "hidden"), Signal(5.02, "blur"), Signal(9.0, "focus"), Signal(9.01, "visible")]


@pytest.mark.parametrize("order", list(permutations(LEAVING)))
def test_one_leaving_counts_once_in_whatever_order_its_signals_come(order: tuple[Signal, ...]) -> None:
    events, engine = play([*frames(0.0, 60.0, 2, CALM), *order])
    assert [event.name for event in events] == ["TAB_SWITCH"]
    assert engine.risk_total == 5


def test_a_late_pair_keeps_its_time_and_does_not_turn_the_clock_back() -> None:
    late: list[Entry] = [Signal(100.0, "hidden"), Signal(110.0, "visible")]
    events, engine = play([*frames(0.0, 160.0, 2, CALM), *late, Frame(160.0, CALM)])
    assert told(events) == [("TAB_SWITCH", 100.0, 5)]
    assert engine.late_frames == 0
    assert engine.step().conditions["NO_FACE"] is False


def test_each_late_leaving_counts() -> None:
    pair = ((1.0, "hidden"), (6.0, "visible"))
    late = [Signal(time + start, kind) for start in (0.0, 20.0, 40.0) for time, kind in pair]
    events, _ = play([*frames(0.0, 90.0, 2, CALM), *late])
    assert told(events) == [("TAB_SWITCH", 1.0, 5), ("TAB_SWITCH", 21.0, 10), ("TAB_SWITCH", 41.0, 15)]


def test_the_page_must_be_visible_and_focused_before_it_can_be_left_again() -> None:
    half_back = [Signal(1.0, "blur"), Signal(1.1, "hidden"), Signal(2.0, "visible"), Signal(3.0, "hidden")]
    assert len(play(half_back)[0]) == 1
    back = [*half_back, Signal(4.0, "visible"), Signal(4.1, "focus"), Signal(5.0, "blur")]
    assert len(play(back)[0]) == 2


def test_very_many_leavings_are_each_counted_and_the_state_stays_small() -> None:
    signals = [Signal(float(index), "hidden" if index % 2 == 0 else "visible") for index in range(1000)]
    events, engine = play(signals)
    assert len(events) == 500
    assert len(engine.state()["page"]["signals"]) <= 64
    assert len(engine.state()["page"]["counted"]) <= 200


def test_an_exam_may_forgive_short_leavings() -> None:
    rules = dict(DEFAULT_RULES) | {"TAB_SWITCH": replace(DEFAULT_RULES["TAB_SWITCH"], hold_seconds=3.0)}
    policy = Policy(rules=rules)
    short = [Signal(1.0, "hidden"), Signal(3.5, "visible")]
    assert play(short, policy=policy)[0] == []
    long = [Signal(1.0, "hidden"), *frames(1.5, 6.0, 2, CALM), Signal(6.0, "visible")]
    assert told(play(long, policy=policy)[0]) == [("TAB_SWITCH", 4.0, 5)]


def test_a_page_left_holds_up_decay() -> None:
    absent = [*frames(0.0, 3.0, 2, seen(faces=0)), *frames(3.0, 4.0, 2, CALM)]
    left = [*absent, Signal(4.2, "hidden"), *frames(4.5, 30.0, 2, CALM)]
    engine = play(left)[1]
    assert engine.step().risk_temporary == 4  # the second from 3 to 4 was calm
    back = [*left, Signal(29.8, "visible"), *frames(30.0, 31.0, 2, CALM)]
    assert play([*back, Frame(31.5, CALM)])[1].step().risk_temporary == 3


def test_signals_without_a_rule_are_technical() -> None:
    kinds = sorted(known_kinds() - {"hidden", "visible", "blur", "focus"})
    events, engine = play([Signal(float(index), kind) for index, kind in enumerate(kinds)])
    assert [event.name for event in events] == [kind.upper() for kind in kinds]
    assert {event.ledger for event in events} == {"technical"}
    assert all(event.sentence.endswith(".") and event.risk_delta == 0 for event in events)
    assert engine.risk_total == 0


def test_an_unknown_signal_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="Unknown browser signal 'sneeze'"):
        play([Signal(0.0, "sneeze")])


@pytest.mark.parametrize("stop", [Signal(3.6, "camera_stopped"), Connection(3.6, lost=True)])
def test_nothing_decays_while_the_camera_or_the_connection_is_off(stop: Entry) -> None:
    timeline = [*frames(0.0, 3.0, 2, seen(faces=0)), *frames(3.0, 4.0, 2, CALM), stop]
    resumed = [*timeline, *frames(63.0, 65.0, 2, CALM)]
    assert play(resumed)[1].step().risk_temporary == 4
    short = [*timeline, *frames(4.4, 5.4, 2, CALM)]
    assert play(short)[1].step().risk_temporary == 5


def test_pictures_that_nobody_could_judge_are_one_entry_for_the_lot() -> None:
    failing = [Frame(1.0 + index * 0.5, None) for index in range(20)]
    later = [Frame(60.0, None)]
    events, _ = play([Frame(0.0, CALM), *failing, *frames(12.0, 60.0, 2, CALM), *later])
    assert told(events) == [("FRAMES_NOT_ANALYSED", 1.0, 0), ("FRAMES_NOT_ANALYSED", 60.0, 0)]


def test_late_and_repeated_pictures_are_dropped_and_counted() -> None:
    absent = frames(0.0, 3.0, 2, seen(faces=0))
    events, engine = play([*absent, *absent, Frame(1.0, None), *frames(3.0, 4.0, 2, CALM)])
    assert len(events) == 1
    assert engine.late_frames == 7


def test_only_a_lost_connection_can_be_restored() -> None:
    assert play([Connection(5.0, lost=False)])[0] == []
    twice = [Connection(5.0, lost=True), Connection(6.0, lost=True), Connection(9.0, lost=False)]
    (event,) = play(twice)[0]
    assert event.sentence == "The connection was lost for 4.0 seconds; nothing was watched or scored meanwhile."


def test_every_order_of_late_signals_survives_a_restart() -> None:
    assert_restores_everywhere([*frames(0.0, 4.0, 2, CALM), *reversed(LEAVING), *frames(12.0, 15.0, 2, CALM)])
