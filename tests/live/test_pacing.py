"""The pace under load, in a small world of its own: sessions that send as they are asked, and workers that look at one
frame after the other. Its time is not the machine's, so every run is the same."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from statistics import fmean

import pytest

from proctoring.live.pacing import Pacer
from proctoring.live.shares import FLOOR, LEAST, LEAST_WHILE_CALIBRATING

LAG_SECONDS = 0.002


@dataclass(eq=False)
class Sender:
    wanted_rate: float = 2.0
    at_risk: bool = False
    least: float = LEAST
    sends: bool = True
    keeps_own: bool = False
    verdicts: list[tuple[float, float]] = field(default_factory=list)  # when, and seconds since the frame came

    def rate(self, since: float, until: float) -> float:
        return sum(since <= at < until for at, _ in self.verdicts) / (until - since)


class World:
    """``service``: seconds a worker looks at a frame; ``late``: how much later than asked pages send at most."""

    def __init__(self, senders: list[Sender], *, workers: int = 2, service: float = 0.02, late: float = 0.05) -> None:
        self.senders, self.service, self.late = senders, service, late
        self.now = 0.0
        self.pacer = Pacer(lambda: senders, clock=lambda: self.now)
        self.limits: list[float | None] = []
        self._free = workers
        self._waiting: deque[tuple[float, Sender]] = deque()
        self._order = itertools.count()
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._random = random.Random(7)
        for sender in senders:
            self.begin(sender)
        self._look_at_limit()

    def begin(self, sender: Sender) -> None:
        sender.sends = True
        self._at(self.now + self._random.random() / sender.wanted_rate, lambda: self._arrive(sender))

    def run(self, until: float) -> None:
        while self._agenda[0][0] <= until:
            self.now, _, do = heapq.heappop(self._agenda)
            do()
        self.now = until

    def slowest_of(self, since: float, share: float = 0.95) -> float:
        """Seconds to a verdict; ``share`` of them took no longer."""
        took = sorted(seconds for each in self.senders for at, seconds in each.verdicts if at >= since)
        return took[int(share * len(took))]

    def _at(self, time: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (time, next(self._order), do))

    def _look_at_limit(self) -> None:
        self.limits.append(self.pacer.figures().limit)
        self._at(self.now + 1.0, self._look_at_limit)

    def _arrive(self, sender: Sender) -> None:
        if sender.sends:
            self._waiting.append((self.now, sender))
            self._serve()

    def _serve(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            came, sender = self._waiting.popleft()
            taken, takes = self.now, self.service * self._random.uniform(0.7, 1.3)
            self._at(taken + takes, partial(self._judged, came, taken, sender))

    def _judged(self, came: float, taken: float, sender: Sender) -> None:
        self._free += 1
        self.pacer.judged(took=self.now - came, waited=taken - came, lag=LAG_SECONDS, interval=1 / sender.wanted_rate)
        sender.verdicts.append((self.now, self.now - came))
        due = max(self.now, came + self.pacer.interval(sender, waited=taken - came))
        self._at(due + self._random.random() * self.late, lambda: self._arrive(sender))
        self._serve()


def senders(number: int, *, at_risk: int = 0, rate: float = 2.0) -> list[Sender]:
    return [Sender(rate, at_risk=place < at_risk) for place in range(number)]


BEARS = 100  # frames a second of two workers that take 20 ms


@pytest.mark.parametrize("number", [1, 20, 45])
def test_what_can_be_looked_at_is_asked_for_as_the_exam_says(number: int) -> None:
    world = World(senders(number))
    world.run(30.0)
    assert set(world.limits) == {None}
    assert all(world.pacer.rate(each) == each.wanted_rate for each in world.senders)
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
    assert sum(rates) > 0.7 * BEARS
    assert max(rates) < 1.25 * min(rates)
    figures = world.pacer.figures()
    assert (figures.slowed, figures.busy, figures.sessions) == (number, True, number)
    assert figures.limit is not None
    assert figures.granted <= figures.limit < figures.wanted == 2.0 * number


def test_without_the_pace_frames_would_wait() -> None:
    """That the world has the trouble which the pace is for."""
    world = World(senders(200))
    world.pacer.judged = lambda **_: None  # type: ignore[method-assign, assignment]
    world.run(30.0)
    assert world.slowest_of(15.0, 0.5) > 1.5


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
    assert pacer.figures().limit == pytest.approx(50 * 0.62, rel=0.1)


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
