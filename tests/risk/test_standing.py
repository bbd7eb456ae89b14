"""What looked like a phone and stood there during the calibration is none, until it moves or another comes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctoring.observation import Box, Observation
from proctoring.risk.calibration import Calibration, calibrate
from proctoring.risk.engine import Engine, EventDraft
from proctoring.risk.policy import DEFAULT_RULES, PHONE_DETECTED, Policy
from proctoring.risk.standing import Standing, stood
from tests.risk.scenes import NEUTRAL, PHONE, Frame, assert_restores_everywhere, play, seen

WINDOW = Box(0.1, 0.1, 0.1, 0.2, 0.6)
START = 1_767_788_963.0
AFTER_THE_WINDOW_STOOD = replace(NEUTRAL, standing=(WINDOW,))


def moved(box: Box, *, by: float) -> Box:
    """To the right, by a share of its width."""
    return replace(box, x=box.x + by * box.width)


def looks(*phones: Box, seconds: float = 8.0, start: float = START) -> list[Frame]:
    shown = replace(seen(), phones=phones)
    return [Frame(round(start + 0.5 * step, 3), shown) for step in range(round(seconds * 2))]


def phones_detected(
    timeline: list[Frame], calibration: Calibration | None = AFTER_THE_WINDOW_STOOD
) -> list[EventDraft]:
    events, _ = play(timeline, calibration=calibration)
    return [event for event in events if event.name == PHONE_DETECTED]


def test_what_stood_there_counts_for_nothing_and_warns_of_nothing() -> None:
    engine = Engine(Policy(), AFTER_THE_WINDOW_STOOD)
    for frame in looks(WINDOW, seconds=60):
        assert frame.observation is not None
        step = engine.observe(frame.time, frame.observation)
    assert (step.risk_total, step.warnings, step.conditions[PHONE_DETECTED]) == (0, (), False)
    assert engine.at_rest.phones == (WINDOW,)


def test_without_a_calibration_that_saw_it_the_same_is_a_phone() -> None:
    assert len(phones_detected(looks(WINDOW), NEUTRAL)) == 1


def test_it_counts_as_soon_as_it_has_moved_by_half_its_width() -> None:
    assert phones_detected(looks(moved(WINDOW, by=0.1), seconds=60)) == []
    assert len(phones_detected(looks(moved(WINDOW, by=0.5)))) == 1


def test_another_one_counts_and_the_event_says_what_did_not() -> None:
    (event,) = phones_detected(looks(WINDOW, PHONE))
    measured = event.detail["measured"]
    assert [box["x"] for box in measured["phones"]] == [PHONE.x]
    assert [box["x"] for box in measured["stood_there_before"]] == [WINDOW.x]


def test_one_that_was_taken_up_counts_also_when_it_is_put_back() -> None:
    in_hand = looks(PHONE, seconds=2)
    put_back = looks(WINDOW, start=START + 60)
    assert len(phones_detected([*in_hand, *put_back])) == 1


def test_somebody_who_leans_before_it_makes_it_no_phone() -> None:
    hidden = looks(seconds=20)
    seen_again = looks(WINDOW, start=START + 20)
    assert phones_detected([*hidden, *seen_again]) == []


def test_a_session_goes_on_with_what_it_knew_at_any_picture() -> None:
    timeline = [*looks(WINDOW, seconds=3), *looks(WINDOW, PHONE, start=START + 3), *looks(PHONE, start=START + 11)]
    assert_restores_everywhere([*timeline, *looks(WINDOW, start=START + 19)], calibration=AFTER_THE_WINDOW_STOOD)


def test_the_calibration_keeps_what_stood_there() -> None:
    def picture(number: int) -> Observation:
        shown = [replace(WINDOW, x=0.1 + 0.004 * (number % 3))] if number % 5 else []  # overlooked now and then
        held = [Box(0.05 * number, 0.5, 0.1, 0.2, 0.9)]
        return replace(seen(), phones=(*shown, *held) if number % 2 == 0 else None)

    calibration = calibrate([picture(number) for number in range(20)])
    (place,) = calibration.standing
    assert place.overlap(WINDOW) > 0.9
    assert Calibration.from_dict(json.loads(json.dumps(calibration.as_dict()))) == calibration


def test_a_calibration_from_before_there_were_such_places_has_none() -> None:
    data = NEUTRAL.as_dict()
    del data["standing"]
    assert Calibration.from_dict(data) == NEUTRAL


@pytest.mark.parametrize(
    ("seen_in", "places"),
    [([True, True], 0), ([True, False, False], 0), ([True, True, False], 1), ([True, False, True, False], 1)],
)
def test_it_stood_there_if_half_of_at_least_three_looks_say_so(seen_in: list[bool], places: int) -> None:
    assert len(stood([[WINDOW] if there else [] for there in seen_in])) == places


def test_what_was_carried_about_stood_nowhere() -> None:
    assert stood([[moved(WINDOW, by=0.4 * step)] for step in range(10)]) == ()


def test_one_look_is_never_enough_however_short_the_limit() -> None:
    rule = replace(DEFAULT_RULES[PHONE_DETECTED], hold_seconds=0.0)
    policy = Policy(rules={**DEFAULT_RULES, PHONE_DETECTED: rule})
    once = [Frame(START, seen(phone=True)), *(Frame(START + 0.2 * step, seen(phone=None)) for step in range(1, 6))]
    assert [event.name for event in play(once, policy=policy)[0]] == []
    twice = [Frame(START, seen(phone=True)), Frame(START + 0.2, seen(phone=True))]
    assert [event.name for event in play(twice, policy=policy)[0]] == [PHONE_DETECTED]


BOXES = st.builds(Box, *[st.floats(0, 0.9)] * 2, *[st.floats(0.01, 0.5)] * 2, st.floats(0, 1))


@given(st.lists(BOXES, max_size=3), st.lists(st.lists(BOXES, max_size=4), max_size=6))
def test_every_phone_either_counts_or_is_at_rest(standing: list[Box], seen_in_looks: list[list[Box]]) -> None:
    places = Standing(standing)
    for phones in seen_in_looks:
        counted, at_rest = places.look(tuple(phones))
        assert counted is not None
        assert sorted(map(repr, [*counted, *at_rest])) == sorted(map(repr, phones))
        assert len(at_rest) <= len(standing)
        places = Standing.from_list(json.loads(json.dumps(places.as_list())))
