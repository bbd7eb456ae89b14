"""The soak itself: people come, sit for long, leave; others come and go; and meanwhile the site is read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from proctoring.bench.material import Show
from proctoring.load.http import Connection
from proctoring.soak.comings import Comings
from proctoring.soak.proctor import Proctor
from proctoring.soak.sitting import Candidates
from proctoring.soak.stage import Stage
from proctoring.soak.watch import Reading, lines, read

READ_SECONDS = 5.0
FEWEST_READINGS = 60  # of a short run, which is read more often
TELL_SECONDS = 60.0
SETTLE_SECONDS = 90.0  # autobahn and Daphne give connections that are half gone up to 30 s
CALM_SECONDS = 2.0
STEADY_READINGS = 3
AT_ONCE = 24  # requests: more than a pool has threads
ONE_ROUND = 36  # of connections: each way twice

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    minutes: float  # candidates sit
    warm_up: float  # of those, minutes that are not judged
    connects: int
    first: int = ONE_ROUND  # connections that come and go before anything is measured


@dataclass
class Found:
    """``before`` anybody came but a first round, ``after_sitting`` and ``after_connects``: the site with nobody there.
    ``readings`` of the time that is judged. ``met`` by who met it. ``lines`` of the web process, at the end."""

    readings: list[Reading] = field(default_factory=list)
    before: Reading | None = None
    after_sitting: Reading | None = None
    after_connects: Reading | None = None
    met: dict[str, dict[str, int]] = field(default_factory=dict)
    lines: tuple[str, ...] = ()


class Soak:
    """``pid`` of the web process at ``url``."""

    def __init__(
        self,
        stage: Stage,
        shows: Sequence[Show],
        *,
        url: str,
        pid: int,
        tell: Tell,
        calm: float = CALM_SECONDS,
        patience: float = SETTLE_SECONDS,
    ) -> None:
        self.stage, self.shows, self.url, self.pid, self.tell = stage, shows, url, pid, tell
        self.calm, self.patience = calm, patience
        self.found = Found()
        self._began = time.monotonic()

    async def run(self, plan: Plan) -> Found:
        comings = Comings(self.stage, url=self.url, jpeg=self.shows[0].jpegs[0])
        await fill_pools(self.url)
        await comings.run(plan.first)  # what is made once and kept is there from here on
        self.found.before = await self.settled()
        if plan.minutes:
            await self.sit(plan)
            self.found.after_sitting = await self.settled(like=self.found.before)
        if plan.connects:
            await comings.run(plan.connects, tell=lambda done: self.tell(f"{done} connections came and went"))
            self.found.after_connects = await self.settled(like=self.found.before)
        self.found.met["comings"] = dict(comings.met)
        self.found.lines = lines(self.pid)
        return self.found

    async def sit(self, plan: Plan) -> None:
        candidates = Candidates(self.stage.seats, self.shows, url=self.url)
        stage = self.stage
        proctor = Proctor(self.url, exam_id=stage.exam_id, cookie=stage.proctor, seats=stage.seats)
        sitting, watching = asyncio.create_task(candidates.sit()), asyncio.create_task(proctor.watch())
        began = told = time.monotonic()
        try:
            while (now := time.monotonic()) < began + plan.minutes * 60:
                for task in (sitting, watching):
                    if task.done():
                        task.result()  # raises what ended it too early
                reading = await self.read()
                if now >= began + plan.warm_up * 60:
                    self.found.readings.append(reading)
                if now >= told:
                    told += TELL_SECONDS
                    self.tell(progress(now - began, reading))
                await asyncio.sleep(min(READ_SECONDS, plan.minutes * 60 / FEWEST_READINGS))
            candidates.leave()
            await sitting
        finally:
            for task in (sitting, watching):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(sitting, watching, return_exceptions=True)
        self.found.met |= {"candidates": dict(candidates.met), "proctor": dict(proctor.met)}

    async def settled(self, *, like: Reading | None = None) -> Reading:
        """The least the site holds, once that is no more than ``like``, or, without, once it falls no further; what it
        holds after all when that never comes."""
        deadline = time.monotonic() + self.patience
        least, steady = await self.read(), 0
        while time.monotonic() < deadline:
            await asyncio.sleep(self.calm)
            reading = await self.read()
            steady = 0 if left_over(reading, least) else steady + 1
            least = lower(least, reading)
            if steady >= STEADY_READINGS if like is None else not left_over(like, least):
                break
        return least

    async def read(self) -> Reading:
        now = time.monotonic() - self._began
        cookie = self.stage.administrator
        return await asyncio.to_thread(read, self.pid, self.url, cookie, at=now)


async def fill_pools(url: str) -> None:
    """Threads are started as requests come in at once, and each keeps its own database connection, with a cache of up
    to 2 MiB on SQLite. A pool that reaches its size an hour later would look like a leak."""
    address = urlsplit(url)

    async def ask(method: str, path: str) -> None:
        line = Connection(str(address.hostname), int(address.port or 80))
        try:
            await line.request(method, path)
        finally:
            await line.close()

    pages = [ask("GET", "/accounts/login/") for _ in range(AT_ONCE)]
    answers = [ask("POST", "/api/v1/attempts/0/answers/") for _ in range(AT_ONCE)]
    await asyncio.gather(*pages, *answers)


def lower(least: Reading, reading: Reading) -> Reading:
    """The newer reading with the smaller number of whatever is counted. The connection over which the site is read is
    at times seen by the process, at times by the kernel; what was left behind is in every reading."""
    processes = dict(reading.processes)
    for name, sample in reading.processes.items():
        if (then := least.processes.get(name)) is not None:
            sockets, files = min(then.sockets, sample.sockets), min(then.files, sample.files)
            processes[name] = replace(sample, sockets=sockets, files=files)
    held = {what: min(number, least.held.get(what, number)) for what, number in reading.held.items()}
    return replace(reading, processes=processes, held=held)


def left_over(before: Reading, after: Reading) -> dict[str, tuple[int, int]]:
    """What there is more of, with the numbers before and after. Pictures are kept for ten minutes and each thread of a
    pool its database connection: neither is counted."""
    found = {}
    for what, number in after.held.items():
        if what != "pictures" and number > before.held[what]:
            found[what] = (before.held[what], number)
    for name, sample in after.processes.items():
        if (then := before.processes.get(name)) is None:
            continue  # a worker was replaced, which is told elsewhere
        for kind in ("sockets", "files"):
            if (number := getattr(sample, kind)) > getattr(then, kind):
                found[f"{kind} of {name}"] = (getattr(then, kind), number)
    return found


def progress(seconds: float, reading: Reading) -> str:
    memory = ", ".join(f"{name} {sample.memory_mib:.1f} MiB" for name, sample in reading.processes.items())
    held = ", ".join(f"{number} {what}" for what, number in reading.held.items())
    return f"{seconds / 60:6.1f} min: {memory}; {held}"
