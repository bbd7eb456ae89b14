"""What a site holds once everybody has gone is told from what only came and went with the looking."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

from proctoring.soak.run import Soak, left_over
from proctoring.soak.stage import Stage
from proctoring.soak.watch import WEB, Reading, Sample

SAMPLE = Sample(memory_mib=100.0, resident_mib=150.0, sockets=4, database=10, files=7, all_threads=12)


def reading(*, connections: int, sockets: int) -> Reading:
    processes = {WEB: replace(SAMPLE, sockets=sockets)}
    return Reading(at=0, processes=processes, held={"connections": connections}, counters={})


QUIET = reading(connections=1, sockets=4)
# The connection over which it is read: in the process' books or, half closed, in the kernel's, hardly ever in neither.
SEEN_BY_TURNS = [reading(connections=2, sockets=4), reading(connections=1, sockets=5)]


class Told(Soak):
    """Reads these, the last again and again."""

    def __init__(self, readings: list[Reading]) -> None:
        stage = Stage(exam_id=1, administrator="", proctor="", seats=())
        super().__init__(stage, [], url="http://127.0.0.1", pid=1, tell=lambda _: None, calm=0.0, patience=0.2)
        self._readings: Iterator[Reading] = iter(readings)
        self._last = readings[-1]

    async def read(self) -> Reading:
        return next(self._readings, self._last)


def test_what_is_never_there_twice_was_not_left() -> None:
    settled = asyncio.run(Told(SEEN_BY_TURNS * 2).settled(like=QUIET))
    assert left_over(QUIET, settled) == {}


def test_what_is_there_each_time_was_left() -> None:
    left = [reading(connections=number, sockets=6) for number in (2, 1, 2)]
    settled = asyncio.run(Told(left).settled(like=QUIET))
    assert left_over(QUIET, settled) == {"sockets of web": (4, 6)}


def test_the_least_is_what_later_readings_are_compared_with() -> None:
    going = [reading(connections=5, sockets=9), reading(connections=3, sockets=6), *SEEN_BY_TURNS * 3]
    settled = asyncio.run(Told(going).settled())
    assert (settled.held["connections"], settled.processes[WEB].sockets) == (1, 4)
