"""Workers that were away, and are back, are not taken for workers that cannot keep up."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from proctoring.live.pacing import Pacer


@dataclass(frozen=True, slots=True)
class Sender:
    wanted_rate: float = 2.0
    keeps_own: bool = False
    sends: bool = True
    at_risk: bool = False
    least: float = 0.1
    exam_id: int | None = None


class World:
    """Twenty sessions with a picture every half second."""

    def __init__(self) -> None:
        self.now = 100.0
        self.senders = [Sender() for _ in range(20)]
        self.pacer = Pacer(lambda: self.senders, clock=lambda: self.now)

    def judge(self, *, waited: float) -> None:
        times = {"took": waited + 0.02, "waited": waited, "lag": 0.001, "interval": 0.5}
        known = inspect.signature(self.pacer.judged).parameters
        self.pacer.judged(**{name: value for name, value in times.items() if name in known})

    def look(self, seconds: float) -> None:
        """As usual: each frame within a few milliseconds of its coming."""
        until = self.now + seconds
        while self.now < until:
            self.now += 0.5 / len(self.senders)
            self.judge(waited=0.005)

    def be_away(self, seconds: float) -> None:
        """Nobody looks. Then the frames that lie there are looked at, one after the other, as fast as can be."""
        came = self.now
        self.now += seconds
        self.judge(waited=0.005)  # of somebody who has just come
        for _ in self.senders:
            self.now += 0.02
            self.judge(waited=self.now - came - 0.1)


def test_everybody_is_asked_at_full_rate_once_workers_are_back() -> None:
    world = World()
    world.look(5)
    for seconds in (3, 9, 4):
        world.be_away(seconds)
        assert {world.pacer.rate(sender) for sender in world.senders} == {2.0}
        world.look(3)
    assert not world.pacer.busy


def test_workers_that_are_there_and_cannot_keep_up_still_slow_the_pace() -> None:
    world = World()
    world.look(5)
    for _ in range(100):
        world.now += 0.1  # ten a second, of forty that are wanted
        world.judge(waited=1.5)
    assert world.pacer.rate(world.senders[0]) < 1.0
