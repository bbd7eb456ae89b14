"""Pictures that the server asked for more slowly than the exam wants them: nothing is missing between them, nobody
scores for what nobody saw, and phones are looked for as often as ever."""

from __future__ import annotations

from itertools import pairwise

import pytest

from proctoring.observation import Looks, Observation
from proctoring.risk.engine import Engine
from proctoring.risk.policy import DEFAULT_RULES, Policy
from tests.risk.scenes import NEUTRAL, seen

ABSENT, CALM = seen(faces=0), seen()


def scored(pictures: list[Observation], *, asked: float, told: bool = True) -> list[tuple[str, float]]:
    """A picture every ``asked`` seconds and a little; ``told``: the engine knows that it was asked for so."""
    engine = Engine(Policy(), NEUTRAL)
    events = [
        (event.name, round(event.time, 2))
        for number, picture in enumerate(pictures)
        for event in engine.observe(number * (asked + 0.05), picture, asked=asked if told else 0.0).events
    ]
    return [(name, time) for name, time in events if name in DEFAULT_RULES]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        (0.5, 2.2),  # the exam's own pace: after more than 2 s
        (1.0, 2.1),
        (1.4, 2.9),
        (1.8, 3.7),  # 1.5 s count of the time between two pictures, as at the exam's own pace
        (2.0, 4.1),
    ],
)
def test_who_is_gone_in_each_picture_is_recorded(asked: float, first: float) -> None:
    assert scored([ABSENT] * 4 + [ABSENT] * 4, asked=asked)[0] == ("NO_FACE", first)


def test_two_pictures_far_apart_are_no_absence() -> None:
    assert scored([CALM, ABSENT, ABSENT, CALM, CALM], asked=2.0) == []


def test_where_pictures_are_missing_nothing_accumulates_as_ever() -> None:
    assert scored([ABSENT] * 10, asked=2.0, told=False) == []


def test_risk_falls_on_between_pictures_that_were_asked_for_slowly() -> None:
    engine = Engine(Policy(), NEUTRAL)
    for number in range(6):
        engine.observe(number * 0.5, ABSENT)
    assert engine.risk_total == 5
    for number in range(5):
        engine.observe(3.0 + number * 2.0, CALM, asked=2.0)
    assert engine.risk_total == 0


def looks(*, interval: float, asked: float, seconds: float = 60.0) -> list[float]:
    """When a phone was looked for."""
    engine = Engine(Policy(), NEUTRAL)
    found = []
    for number in range(int(seconds / interval)):
        time = number * interval
        look = Looks.PHONE in engine.wants(time, asked=asked)
        engine.observe(time, seen(phone=False if look else None), asked=asked)
        found += [time] if look else []
    return found


@pytest.mark.parametrize("interval", [0.6, 0.75, 1.0, 1.2, 1.5, 1.9, 2.0])
def test_looks_for_a_phone_stay_close_enough_together_to_confirm_one(interval: float) -> None:
    apart = [later - sooner for sooner, later in pairwise(looks(interval=interval, asked=interval))]
    assert max(apart) <= Policy().tolerance("PHONE_DETECTED")


def test_at_the_exam_s_own_pace_each_fifth_picture_is_searched_however_slow_the_page() -> None:
    assert looks(interval=0.7, asked=0.0, seconds=14.0) == pytest.approx([0.0, 3.5, 7.0, 10.5])


def test_without_the_rule_no_phone_is_looked_for() -> None:
    policy = Policy(rules={"NO_FACE": DEFAULT_RULES["NO_FACE"]})
    assert Looks.PHONE not in Engine(policy, NEUTRAL).wants(100.0, asked=2.0)


def test_something_holds_from_the_first_picture_of_it_until_it_is_over() -> None:
    engine, held = Engine(Policy(), NEUTRAL), []
    for number, picture in enumerate([CALM, ABSENT, CALM, CALM, CALM]):
        engine.observe(number / 2, picture)
        held.append(engine.something_holds)
    for time, kind in ((2.1, "hidden"), (2.6, "visible")):
        engine.signal(time, kind)
        held.append(engine.something_holds)
    assert held == [False, True, True, False, False, True, False]
