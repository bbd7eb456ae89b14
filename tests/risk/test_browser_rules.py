"""Browser rules an exam may switch on: full screen, copying, a second screen; and which signals count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from proctoring.risk.engine import Engine
from proctoring.risk.policy import DEFAULT_RULES, Policy
from tests.risk.scenes import NEUTRAL, Entry, Frame, Signal, assert_restores_everywhere, frames, play, seen, told

CALM = seen()


def policy(*switched_on: str, **fields: Any) -> Policy:
    rules = {name: replace(rule, enabled=rule.enabled or name in switched_on) for name, rule in DEFAULT_RULES.items()}
    return Policy(rules=rules, **{"require_fullscreen": True, **fields})


def integrity(timeline: list[Entry], wanted: Policy) -> list[tuple[str, float, int]]:
    return told(event for event in play(timeline, policy=wanted)[0] if event.ledger == "integrity")


def test_one_leaving_of_full_screen_scores_once() -> None:
    left = [Signal(5.0, "fullscreen_left"), *frames(5.5, 9.0, 2, CALM), Signal(9.0, "fullscreen_entered")]
    again = [*left, Signal(20.0, "fullscreen_left"), Signal(20.0, "fullscreen_left")]
    assert integrity(again, policy("FULLSCREEN_LEFT")) == [("FULLSCREEN_LEFT", 5.0, 5), ("FULLSCREEN_LEFT", 20.0, 10)]


def test_full_screen_that_was_never_asked_for_may_be_left() -> None:
    left: list[Entry] = [Signal(1.0, "fullscreen_entered"), Signal(5.0, "fullscreen_left")]
    assert integrity(left, policy("FULLSCREEN_LEFT", require_fullscreen=False)) == []


def test_full_screen_left_on_a_break_is_not_left_when_the_break_is_over() -> None:
    engine = Engine(policy("FULLSCREEN_LEFT"), NEUTRAL)
    engine.pause(10.0, 20.0)
    engine.signal(12.0, "fullscreen_left")
    seen_then = [event for entry in frames(20.5, 26.0, 2, CALM) for event in entry.play(engine)]
    engine.signal(26.0, "fullscreen_entered")
    assert not [event for event in seen_then if event.ledger == "integrity"]
    assert [event.name for event in engine.signal(30.0, "fullscreen_left").events] == ["FULLSCREEN_LEFT"]


def test_a_short_leaving_of_full_screen_may_be_forgiven() -> None:
    wanted = policy("FULLSCREEN_LEFT")
    rules = {**wanted.rules, "FULLSCREEN_LEFT": replace(wanted.rules["FULLSCREEN_LEFT"], hold_seconds=5.0)}
    short = [Signal(1.0, "fullscreen_left"), *frames(1.5, 5.5, 2, CALM), Signal(5.5, "fullscreen_entered")]
    assert integrity(short, replace(wanted, rules=rules)) == []
    long = [Signal(1.0, "fullscreen_left"), *frames(1.5, 7.0, 2, CALM)]
    (event,) = play(long, policy=replace(wanted, rules=rules))[0]
    assert (event.name, event.time) == ("FULLSCREEN_LEFT", 6.0)
    assert event.sentence == "The exam page was out of full screen for 5.5 seconds (the limit is 5)."


def test_copying_scores_again_only_after_its_cooldown_and_is_written_down_in_between() -> None:
    kinds = ["copy", "paste", "cut_prevented", "copy"]
    timeline: list[Entry] = [Signal(10.0 + 4 * index, kind) for index, kind in enumerate(kinds)]
    events, engine = play(timeline, policy=policy("COPY_PASTE"))
    assert [(event.ledger, event.name) for event in events] == [
        ("integrity", "COPY_PASTE"),
        ("technical", "PASTE"),
        ("technical", "CUT_PREVENTED"),
        ("integrity", "COPY_PASTE"),
    ]
    assert engine.risk_total == 10


def test_copying_that_is_told_late_keeps_to_the_cooldown_too() -> None:
    late: list[Entry] = [Signal(50.0, "copy"), Signal(42.0, "copy"), Signal(30.0, "copy")]
    assert integrity(late, policy("COPY_PASTE")) == [("COPY_PASTE", 50.0, 5), ("COPY_PASTE", 30.0, 10)]


def test_a_second_screen_scores_once_however_often_the_page_is_loaded() -> None:
    timeline = [Signal(time, "second_screen") for time in (1.0, 30.0)]
    assert integrity([*timeline, *frames(31.0, 40.0, 2, CALM)], policy("SECOND_SCREEN")) == [("SECOND_SCREEN", 6.0, 10)]


def test_a_context_menu_never_scores() -> None:
    everything = policy("FULLSCREEN_LEFT", "COPY_PASTE", "SECOND_SCREEN")
    events, engine = play([Signal(1.0, "menu_prevented")], policy=everything)
    assert [(event.ledger, event.name) for event in events] == [("technical", "MENU_PREVENTED")]
    assert engine.risk_total == 0


def test_what_ends_a_stretch_is_written_down() -> None:
    events, _ = play(
        [Signal(1.0, "fullscreen_left"), Signal(2.0, "fullscreen_entered")], policy=policy("FULLSCREEN_LEFT")
    )
    assert [event.name for event in events] == ["FULLSCREEN_LEFT", "FULLSCREEN_ENTERED"]


def test_temporary_risk_does_not_fall_while_full_screen_is_left_where_that_counts() -> None:
    absent = [*frames(0.0, 3.0, 2, seen(faces=0)), *frames(3.0, 4.0, 2, CALM)]
    timeline = [*absent, Signal(4.2, "fullscreen_left"), *frames(4.5, 30.0, 2, CALM)]
    assert play(timeline, policy=policy("FULLSCREEN_LEFT"))[1].step().risk_temporary == 4
    assert play(timeline)[1].step().risk_temporary == 0


@pytest.mark.parametrize(
    ("fields", "counted"),
    [
        ({"count_blurred": False}, ["hidden"]),
        ({"count_hidden": False}, ["blur"]),
        ({"count_hidden": False, "count_blurred": False}, []),
    ],
)
def test_an_exam_chooses_what_leaving_the_page_means(fields: dict[str, bool], counted: list[str]) -> None:
    hidden = [Signal(5.0, "hidden"), Signal(9.0, "visible")]
    blurred = [Signal(20.0, "blur"), Signal(25.0, "focus")]
    events, _ = play([*hidden, *blurred], policy=policy(**fields))
    assert [event.detail["measured"]["signal"] for event in events] == counted


def test_a_signal_that_does_not_count_holds_nothing_up() -> None:
    """Hidden and back: with blurs left out of account, the page need not be focused before it can be left again."""
    timeline = [Signal(1.0, "hidden"), Signal(1.1, "blur"), Signal(2.0, "visible"), Signal(5.0, "hidden")]
    assert len(play(timeline, policy=policy(count_blurred=False))[0]) == 2
    assert len(play(timeline)[0]) == 1


def test_every_rule_survives_a_restart_anywhere() -> None:
    timeline: list[Entry] = [
        *frames(0.0, 3.0, 2, seen(faces=0)),
        Signal(3.1, "fullscreen_left"),
        Signal(3.2, "second_screen"),
        Signal(3.3, "paste"),
        *frames(3.5, 12.0, 2, CALM),
        Signal(11.0, "fullscreen_entered"),
        Signal(10.0, "paste"),
        Signal(12.0, "second_screen_gone"),
        Frame(13.0, CALM),
    ]
    assert_restores_everywhere(timeline, policy=policy("FULLSCREEN_LEFT", "COPY_PASTE", "SECOND_SCREEN"))


def test_a_session_that_ran_under_the_first_form_of_the_state_goes_on() -> None:
    left: list[Entry] = [Signal(5.0, "hidden"), Signal(5.1, "blur")]
    state = play(left)[1].state()
    old = {"signals": state["page"]["signals"], "counted": state["page"]["counted"]}
    state = {**state, "page": old | {"hidden": False, "blurred": False, "away_since": None}}
    del state["browser"]
    engine = Engine.restore(Policy(), state)
    assert engine.signal(6.0, "visible").events == ()
    assert engine.signal(7.0, "focus").events == ()
    (event,) = engine.signal(8.0, "hidden").events
    assert (event.name, event.risk_total) == ("TAB_SWITCH", 10)


def test_a_page_that_was_left_in_the_first_form_is_still_left() -> None:
    state = Engine(Policy(), NEUTRAL).state()
    del state["browser"]
    state["page"] = {"signals": [], "counted": [3.0], "hidden": True, "blurred": True, "away_since": 3.0}
    engine = Engine.restore(Policy(), state)
    assert engine.signal(9.0, "hidden").events == ()
    engine.signal(10.0, "visible")
    engine.signal(10.0, "focus")
    assert len(engine.signal(11.0, "hidden").events) == 1


def test_a_policy_from_before_there_were_these_rules_still_reads() -> None:
    new = ("count_hidden", "count_blurred", "watched", "require_fullscreen", "restrict_clipboard", "keep_snapshots")
    stored = {key: value for key, value in Policy().as_dict().items() if key not in (*new, "accommodated", "muted")}
    stored["rules"] = {name: rule for name, rule in stored["rules"].items() if rule["enabled"]}
    old = Policy.from_dict(stored)
    assert [rule.event for rule in old.counted()] == [rule.event for rule in Policy().counted()]
    assert old.keep_snapshots and not old.accommodated
