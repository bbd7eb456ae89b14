"""How often pages are asked for pictures when there are more of them than workers can look at."""

from __future__ import annotations

from statistics import fmean

import pytest

from proctoring.live.pacing import Pacer
from proctoring.live.shares import FLOOR, LEAST_WHILE_CALIBRATING
from tests.live.crowd import Sender, World, senders

BEARS = 100  # frames a second of two workers that take 20 ms


@pytest.mark.parametrize("number", [1, 20, 45])
def test_what_can_be_looked_at_is_asked_for_as_the_exam_says(number: int) -> None:
    world = World(senders(number))
    world.run(30.0)
    assert set(world.limits) == {None}
    assert all(world.pacer.rate(each) == each.wanted_rate for each in world.senders)
    assert min(each.rate(10.0, 30.0) for each in world.senders) >= 1.95  # though each picture is on its way for a while
    assert not world.pacer.busy


def test_frames_that_all_come_at_once_are_no_overload() -> None:
    world = World([])
    world.senders += (crowd := senders(40))
    for each in crowd:
        world._arrive(each)
    world.run(30.0)
    assert set(world.limits) == {None}


@pytest.mark.parametrize("number", [60, 75, 100, 200, 400])
def test_the_more_there_are_the_fewer_are_asked_for_and_none_waits_long(number: int) -> None:
    world = World(senders(number))
    world.run(90.0)
    assert world.slowest_of(45.0) < 0.3
    rates = [each.rate(45.0, 90.0) for each in world.senders]
    assert sum(rates) > 0.97 * BEARS
    assert max(rates) < 1.25 * min(rates)
    figures = world.pacer.figures()
    assert (figures.slowed, figures.busy, figures.sessions) == (number, True, number)
    assert figures.limit is not None
    assert figures.granted <= figures.limit < figures.wanted == 2.0 * number


def test_without_the_pace_frames_would_wait() -> None:
    """That the world has the trouble which the pace is for."""
    world = World(senders(200))
    world.pacer.judged = lambda **_: None  # type: ignore[method-assign]
    world.run(30.0)
    assert world.slowest_of(15.0, 0.5) > 1.5


@pytest.mark.parametrize(("number", "at_risk"), [(45, 0), (45, 15), (75, 0), (75, 25), (150, 50)])
def test_workers_that_were_slow_for_a_moment_are_asked_for_all_they_bear_soon_after(number: int, at_risk: int) -> None:
    """Whoever was slowed then sends in the same moments as the others: these wait, though workers idle in between."""
    world = World(senders(number, at_risk=at_risk), service=0.2)
    world.run(3.0)
    world.service = 0.02
    world.run(30.0)
    rates = [each.rate(15.0, 30.0) for each in world.senders]
    assert sum(rates) > 0.95 * min(BEARS, 2.0 * number)
    assert world.slowest_of(15.0) < 0.4


def test_those_at_risk_keep_their_rate_while_others_are_above_the_floor() -> None:
    world = World(senders(90, at_risk=10))
    world.run(90.0)
    risky, calm = world.senders[:10], world.senders[10:]
    assert fmean(each.rate(45.0, 90.0) for each in risky) > 1.8
    assert FLOOR < fmean(each.rate(45.0, 90.0) for each in calm) < 1.4
    assert world.slowest_of(45.0) < 0.3


def test_a_session_that_gets_at_risk_is_asked_at_its_own_rate_at_once() -> None:
    world = World(senders(90))
    world.run(60.0)
    one = world.senders[0]
    assert world.pacer.rate(one) < 1.4
    one.at_risk = True
    assert world.pacer.rate(one) == 2.0


def test_whoever_calibrates_gets_enough_pictures_for_it_whatever_else_goes_on() -> None:
    world = World([*senders(200, at_risk=100), *senders(20, at_risk=20, rate=5.0)])
    for each in world.senders[200:]:
        each.least = LEAST_WHILE_CALIBRATING
    world.run(60.0)
    assert min(each.rate(30.0, 60.0) for each in world.senders[200:]) > 0.8  # eight in ten seconds
    assert world.slowest_of(30.0) < 0.4


def test_it_settles() -> None:
    """Rates must not swing: what is shared out stays within a narrow band."""
    world = World(senders(120))
    world.run(180.0)
    late = [limit for limit in world.limits[90:] if limit is not None]
    assert len(late) == len(world.limits[90:])
    assert max(late) < 1.5 * min(late)


def test_when_candidates_leave_the_others_get_their_rate_back() -> None:
    world = World(senders(120))
    world.run(60.0)
    for each in world.senders[40:]:
        each.sends = False
    world.run(63.0)
    assert world.pacer.figures().slowed == 0
    world.run(90.0)
    assert all(each.rate(70.0, 90.0) > 1.8 for each in world.senders[:40])
    assert world.pacer.figures().limit is None
    assert not world.pacer.busy


def test_when_workers_get_quicker_the_rates_come_back_within_seconds() -> None:
    world = World(senders(80))
    world.run(60.0)
    assert world.pacer.figures().slowed == 80
    world.service /= 4
    world.run(80.0)
    assert world.pacer.figures().slowed == 0


def test_when_workers_get_slower_rates_fall_until_none_waits_long() -> None:
    world = World(senders(80))
    world.run(40.0)
    world.service *= 3
    world.run(120.0)
    assert world.slowest_of(80.0) < 0.4
    assert fmean(each.rate(80.0, 120.0) for each in world.senders) < 0.5


def test_exams_that_ask_for_more_and_less_give_the_same_part() -> None:
    world = World([*senders(40, rate=1.0), *senders(40, rate=4.0)])
    world.run(90.0)
    slow, fast = world.pacer.rate(world.senders[0]), world.pacer.rate(world.senders[-1])
    assert slow == FLOOR or slow / 1.0 == pytest.approx(fast / 4.0)
    assert world.slowest_of(45.0) < 0.3


def test_a_process_that_is_late_itself_never_asks_for_less_than_the_floor() -> None:
    """What else runs on the machine is not helped by asking for ever fewer pictures."""
    now = 0.0
    crowd = senders(50)
    pacer = Pacer(lambda: crowd, clock=lambda: now)
    for _ in range(5_000):
        now += 1 / sum(min(0.6, pacer.rate(each)) for each in crowd)
        pacer.judged(took=0.5, waited=0.0, lag=0.4, interval=0.5)
    assert pacer.figures().slowed == 50
    assert pacer.rate(crowd[0]) == pytest.approx(FLOOR, rel=0.05)


def test_after_a_quiet_time_only_what_is_done_counts() -> None:
    """Nothing was finished while nothing came, which says nothing about what workers bear."""
    now = 1000.0
    pacer = Pacer(lambda: senders(50), clock=lambda: now)
    for _ in range(300):
        now += 0.02
        pacer.judged(took=1.0, waited=0.9, lag=0.0, interval=0.5)
    assert pacer.figures().limit == pytest.approx(50 * 0.69, rel=0.05)


def test_from_the_least_it_comes_back_within_a_few_rounds() -> None:
    world = World(senders(100))
    world.run(30.0)
    world.service *= 50
    world.run(90.0)
    assert world.pacer.rate(world.senders[0]) == pytest.approx(0.1)
    world.service /= 50
    world.run(160.0)
    assert fmean(each.rate(130.0, 160.0) for each in world.senders) > 0.5


def test_a_page_that_keeps_its_own_time_is_left_alone() -> None:
    world = World(senders(200))
    world.run(30.0)
    assert world.pacer.rate(Sender(keeps_own=True)) == 2.0


def test_a_picture_s_journey_does_not_slow_the_pace() -> None:
    pacer = Pacer(lambda: (), clock=lambda: 100.0)
    assert pacer.wait(Sender(), age=0.1, late=0.03, waited=0.05) == pytest.approx(0.5 - 0.1 - 0.03)
    assert pacer.wait(Sender(), age=0.1, late=None, waited=0.05) == pytest.approx(0.5 - 0.1)


@pytest.mark.parametrize("late", [-0.2, 0.3, 7.0])
def test_whoever_sends_before_it_is_asked_or_much_later_wins_and_loses_nothing(late: float) -> None:
    pacer = Pacer(lambda: (), clock=lambda: 100.0)
    assert pacer.wait(Sender(), age=0.1, late=late, waited=0.05) == pytest.approx(0.5 - 0.1)


def test_those_who_come_together_are_asked_for_the_next_picture_at_several_times() -> None:
    crowd = senders(60)
    world = World(crowd, service=0.2)
    world.run(10.0)
    assert world.pacer.figures().slowed == 60
    waits = [world.pacer.wait(each, age=0.0, late=0.0, waited=0.0) for each in crowd]
    assert max(waits) - min(waits) > 1.0


def test_nobody_is_asked_more_often_than_the_exam_says() -> None:
    world = World(crowd := senders(75))
    world.run(30.0)
    waits = [world.pacer.wait(each, age=0.0, late=0.0, waited=0.0) for each in crowd]
    assert min(waits) >= 0.5
