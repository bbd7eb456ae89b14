"""A phone that has been seen surely is still that phone where the detector is less sure; nothing begins that way."""

from __future__ import annotations

from dataclasses import replace

from proctoring.observation import Box, Observation
from proctoring.risk.engine import Engine, EventDraft
from proctoring.risk.policy import PHONE_DETECTED, Policy
from tests.risk.scenes import NEUTRAL, PHONE, Frame, assert_restores_everywhere, play, seen

START = 1_767_788_963.0
FAINT = replace(PHONE, x=PHONE.x + 0.02, score=0.62)
ELSEWHERE = replace(FAINT, x=0.1)


def look(*phones: Box, faint: tuple[Box, ...] = ()) -> Observation:
    return replace(seen(), phones=phones, faint_phones=faint)


SURE, UNSURE, NOTHING = look(PHONE), look(faint=(FAINT,)), look()


def timeline(*looks: Observation) -> list[Frame]:
    """Half a second apart."""
    return [Frame(START + 0.5 * number, one) for number, one in enumerate(looks)]


def recorded(*looks: Observation) -> list[EventDraft]:
    events, _ = play(timeline(*looks))
    return [event for event in events if event.name == PHONE_DETECTED]


def test_sure_looks_with_faint_ones_between_are_an_event_that_says_how_sure_they_were() -> None:
    [event] = recorded(*[SURE, UNSURE, UNSURE] * 4)
    measured = event.detail["measured"]
    assert [phone["score"] for phone in measured["phones"]] == [0.62]
    assert [phone["score"] for phone in measured["followed"]] == [0.62]
    assert event.sentence.endswith("scored it 0.62 of 1 here, and higher just before.")
    assert event.phone_detected


def test_where_the_last_look_is_sure_nothing_was_followed() -> None:
    [event] = recorded(*[SURE, UNSURE, SURE, SURE] * 3)
    assert "followed" not in event.detail["measured"]
    assert event.sentence.endswith("scored it 0.87 of 1.")


def test_one_sure_look_carries_faint_ones_no_farther_than_a_moment() -> None:
    assert recorded(SURE, *[UNSURE] * 1_200) == []


def test_after_a_gap_it_takes_a_sure_look_again() -> None:
    events, _ = play([*timeline(SURE), *(Frame(one.time + 3_600, one.observation) for one in timeline(*[UNSURE] * 40))])
    assert events == []


def test_what_was_never_seen_surely_is_none() -> None:
    assert recorded(*[UNSURE] * 60) == []


def test_what_is_faint_in_another_place_is_none() -> None:
    assert recorded(*[SURE, *[look(faint=(ELSEWHERE,))] * 3] * 8) == []


def test_it_is_followed_where_it_goes() -> None:
    places = [PHONE.x - 0.04 * step for step in range(13)]
    steps = [
        look(replace(PHONE, x=x)) if number % 3 == 0 else look(faint=(replace(FAINT, x=x),))
        for number, x in enumerate(places)
    ]
    assert len(recorded(*steps)) == 1


def test_a_look_that_finds_nothing_does_not_lose_it() -> None:
    assert len(recorded(*[SURE, NOTHING, UNSURE] * 4)) == 1


def test_once_it_has_gone_it_takes_a_sure_look_again() -> None:
    assert recorded(*[SURE, NOTHING, NOTHING, UNSURE, UNSURE] * 8) == []


def test_what_stood_there_during_the_calibration_stays_none_however_faint() -> None:
    standing = replace(NEUTRAL, standing=(FAINT,))
    events, _ = play(timeline(*[SURE, UNSURE] * 10), calibration=standing)
    assert events == []


def test_the_engine_tells_what_it_followed_in_the_newest_picture() -> None:
    engine = Engine(Policy(), NEUTRAL)
    told = []
    for frame in [*timeline(SURE, UNSURE, NOTHING, UNSURE), *timeline(UNSURE)]:  # the last comes late
        assert frame.observation is not None
        engine.observe(frame.time, frame.observation)
        told.append(engine.followed.found)
    assert told == [(), (FAINT,), (), (), ()]


def test_restored_at_any_picture_it_goes_on_alike() -> None:
    assert_restores_everywhere(timeline(*[SURE, NOTHING, UNSURE] * 5))
