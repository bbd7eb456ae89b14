"""Holding, flicker, the unknown and the cooldown, as the engine shows them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proctoring.observation import Observation
from proctoring.risk.policy import DEFAULT_RULES, Policy, Rule
from tests.risk.scenes import COVERED, DARK, Entry, Frame, frames, play, seen, told

ABSENT, CALM, DARKNESS = seen(faces=0), seen(), seen(faces=0, quality=DARK)


def only(**changes: float) -> Policy:
    """Nothing but NO_FACE, with some of its numbers changed."""
    rule = replace(DEFAULT_RULES["NO_FACE"], **changes)  # type: ignore[arg-type]
    return Policy(rules={"NO_FACE": rule})


def read_as(fps: float, readings: str) -> list[Entry]:
    """One picture a letter: a(bsent), c(alm), d(ark)."""
    views: dict[str, Observation] = {"a": ABSENT, "c": CALM, "d": DARKNESS}
    return [Frame(round(index / fps, 3), views[letter]) for index, letter in enumerate(readings)]


def absences(timeline: list[Entry]) -> list[float]:
    return [event.time for event in play(timeline, policy=only())[0] if event.name == "NO_FACE"]


@pytest.mark.parametrize(
    ("fps", "readings", "times"),
    [
        (2, "aaaaa", []),  # 2.0 s is not longer than 2 s
        (2, "aaaaaa", [2.5]),
        (2, "aacaaa", [2.5]),  # a single look
        (2, "aaccaaa", []),  # two looks, half a second and more
        (2, "aaccaaaaaa", [4.5]),
        (10, "aaaaaaaaaaccccaaaaaaaaaaaa", [2.1]),  # 0.4 s
        (10, "aaaaaaaaaacccccaaaaaaaaaaaa", []),  # 0.5 s
        (2, "aaaddaa", [2.5]),  # 1 s of unknown, 1.5 s from look to look
        (2, "aaadddaaaa", []),  # longer than 1 s beyond the interval
        (2, "dddddddd", []),
        (2, "aaaaad", []),  # confirmed only by a picture that shows it
        (2, "dddaaaaaa", [4.0]),
    ],
)
def test_no_face_is_confirmed(fps: float, readings: str, times: list[float]) -> None:
    assert absences(read_as(fps, readings)) == times


def test_the_unknown_starts_no_run() -> None:
    assert absences(read_as(2, "c" + "dda" * 8)) == [4.5, 7.5, 10.5]


@pytest.mark.parametrize(("seen_at", "times"), [([0], []), ([0, 5], []), ([0, 5, 10], [5.5])])
def test_a_phone_looked_for_every_two_and_a_half_seconds_needs_three_looks(
    seen_at: list[int], times: list[float]
) -> None:
    timeline = [Frame(index * 0.5, seen(phone=True if index in seen_at else None)) for index in range(20)]
    assert [event.time for event in play(timeline)[0]] == times


def test_a_phone_looked_for_and_not_found_is_not_confirmed_between_looks() -> None:
    readings = {0: True, 5: True, 10: False}
    timeline = [Frame(index * 0.5, seen(phone=readings.get(index))) for index in range(20)]
    assert play(timeline)[0] == []


def test_nothing_accumulates_over_missing_pictures() -> None:
    timeline = [*frames(0.0, 1.5, 2, ABSENT), *frames(2.7, 4.2, 2, ABSENT)]
    assert play(timeline)[0] == []


def test_the_cooldown_holds_back_the_next_event() -> None:
    events, _ = play(frames(0.0, 20.0, 2, ABSENT), policy=only(cooldown_seconds=7.0))
    assert [event.time for event in events] == [2.5, 9.5, 16.5]


def test_within_the_cooldown_a_new_run_waits_for_its_end() -> None:
    timeline = [*frames(0.0, 3.0, 2, ABSENT), *frames(3.0, 5.0, 2, CALM), *frames(5.0, 20.0, 2, ABSENT)]
    events, _ = play(timeline, policy=only(cooldown_seconds=10.0))
    assert [event.time for event in events] == [2.5, 12.5]


def test_after_the_cooldown_the_condition_must_hold_again() -> None:
    timeline = [*frames(0.0, 3.0, 2, ABSENT), *frames(3.0, 5.0, 2, CALM), *frames(5.0, 8.0, 2, ABSENT)]
    assert [event.time for event in play(timeline)[0]] == [2.5, 7.5]


def test_uneven_frames_never_score_within_the_cooldown() -> None:
    times = [0.0, 0.9, 1.8, 3.1, 4.1, 4.9, 5.2, 6.0, 7.3]
    events, _ = play([Frame(time, ABSENT) for time in times])
    assert [event.time for event in events] == [3.1, 5.2, 7.3]


def test_the_environment_is_told_once_a_run_and_never_scores() -> None:
    dark, covered = seen(quality=DARK), seen(quality=COVERED)
    timeline = [
        *frames(0.0, 10.0, 2, dark),
        *frames(10.0, 14.0, 2, CALM),
        *frames(14.0, 20.0, 2, dark),
        *frames(20.0, 24.0, 2, covered),
    ]
    events, _ = play(timeline)
    assert told(events) == [("TOO_DARK", 2.5, 0), ("TOO_DARK", 16.5, 0), ("COVERED", 22.5, 0)]
    assert {event.ledger for event in events} == {"environment"}
    assert events[0].sentence == (
        "The picture was too dark (brightness 12 of 255) for 2.5 seconds (the limit is 2); this never scores."
    )


def test_every_number_of_a_rule_can_be_changed() -> None:
    rule = Rule("NO_FACE", 0.5, 40, True, 1.0)
    events, engine = play(frames(0.0, 3.0, 4, ABSENT), policy=Policy(rules={"NO_FACE": rule}))
    assert told(events) == [("NO_FACE", 0.75, 40), ("NO_FACE", 1.75, 80), ("NO_FACE", 2.75, 120)]
    assert engine.step().risk_permanent == 120


def test_a_disabled_rule_neither_scores_nor_warns_nor_holds_up_decay() -> None:
    rules = dict(DEFAULT_RULES) | {"MULTIPLE_FACES": replace(DEFAULT_RULES["MULTIPLE_FACES"], enabled=False)}
    timeline = [*frames(0.0, 3.0, 2, ABSENT), *frames(3.0, 20.0, 2, seen(faces=2))]
    events, engine = play(timeline, policy=Policy(rules=rules))
    assert told(events) == [("NO_FACE", 2.5, 5)]
    assert engine.step().warnings == ()
    assert engine.risk_total == 0


def test_a_phone_is_not_looked_for_where_no_rule_asks() -> None:
    rules = dict(DEFAULT_RULES) | {"PHONE_DETECTED": replace(DEFAULT_RULES["PHONE_DETECTED"], enabled=False)}
    assert not play(frames(0.0, 5.0, 2, CALM), policy=Policy(rules=rules))[1].wants_phone


@pytest.mark.parametrize("every", [1, 3, 5])
def test_a_phone_is_looked_for_in_every_nth_picture(every: int) -> None:
    engine = play([], policy=Policy(phone_every=every))[1]
    looks = []
    for index in range(16):
        looks.append(engine.wants_phone)
        engine.observe(index * 0.5, seen(phone=False if engine.wants_phone else None))
    assert looks == [index % every == 0 for index in range(16)]
