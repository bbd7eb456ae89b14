"""A small world of sessions that send as they are asked, and of workers that look at one frame after the other. Its
time is not the machine's, so every run is the same."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from proctoring.live.pacing import Pacer
from proctoring.live.shares import LEAST

LAG_SECONDS = 0.002


@dataclass(eq=False)
class Sender:
    wanted_rate: float = 2.0
    at_risk: bool = False
    least: float = LEAST
    sends: bool = True
    keeps_own: bool = False
    exam_id: int | None = None
    due: float | None = None
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
        late = None if sender.due is None else came - sender.due
        sender.due = self.now + self.pacer.wait(sender, age=self.now - came, late=late, waited=taken - came)
        self._at(sender.due + self._random.random() * self.late, lambda: self._arrive(sender))
        self._serve()


def senders(number: int, *, at_risk: int = 0, rate: float = 2.0, exam_id: int | None = None) -> list[Sender]:
    return [Sender(rate, at_risk=place < at_risk, exam_id=exam_id) for place in range(number)]
