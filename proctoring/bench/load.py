"""N simulated browsers in one process, and what they met with."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from proctoring.bench.material import Show
from proctoring.replay.client import CandidateClient

CONNECTING_AT_ONCE = 8
Probe = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Seat:
    """A candidate who is signed in and has a session to connect to."""

    session_id: UUID
    cookie: str
    show: Show


@dataclass
class Tally:
    """Counted only while ``measuring``. ``latencies_ms``: from the moment a frame was due to its verdict's arrival, so
    that a load process that is late counts against the result, not for it."""

    measuring: bool = False
    latencies_ms: list[float] = field(default_factory=list)
    analysed: int = 0
    skipped: int = 0  # moments at which a frame was due and the last one had no verdict yet
    not_analysed: Counter[str] = field(default_factory=Counter)

    @property
    def dropped(self) -> int:
        return self.skipped + sum(self.not_analysed.values())

    @property
    def offered(self) -> int:
        return self.analysed + self.dropped

    def note(self, answer: dict[str, Any], latency: float, skipped: int) -> None:
        if not self.measuring:
            return
        self.skipped += skipped
        if answer["type"] == "verdict" and answer["analysed"]:
            self.analysed += 1
            self.latencies_ms.append(latency * 1000)
        else:
            self.not_analysed[answer.get("reason") or answer.get("code") or "?"] += 1


class Level:
    """One number of candidates at ``interval`` seconds a frame."""

    def __init__(self, seats: Sequence[Seat], *, url: str, interval: float) -> None:
        self.seats, self.url, self.interval = seats, url, interval
        self.tally = Tally()
        self._gate = asyncio.Semaphore(CONNECTING_AT_ONCE)
        self._seated = 0
        self._everybody = asyncio.Event()
        self._over = asyncio.Event()

    async def run(self, *, warm_up: float, seconds: float, on_begin: Probe, on_end: Probe) -> Tally:
        """Connects everybody, lets them send for ``warm_up`` seconds, then counts for ``seconds``. ``on_begin`` and
        ``on_end`` are awaited at the ends of the counted time. The first candidate's failure ends the level."""
        tasks = [asyncio.create_task(self._sit(place)) for place in range(len(self.seats))]
        tasks.append(asyncio.create_task(self._count(warm_up, seconds, on_begin, on_end)))
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return self.tally

    async def _count(self, warm_up: float, seconds: float, on_begin: Probe, on_end: Probe) -> None:
        await self._everybody.wait()
        await asyncio.sleep(warm_up)
        await on_begin()
        self.tally.measuring = True
        await asyncio.sleep(seconds)
        self.tally.measuring = False
        await on_end()
        self._over.set()

    async def _sit(self, place: int) -> None:
        seat = self.seats[place]
        async with self._gate:
            client = await CandidateClient(url=self.url, session_id=seat.session_id, cookie=seat.cookie).__aenter__()
        try:
            await self._begins(client)
            await self._send_frames(client, seat, place)
        finally:
            await client.__aexit__(None, None, None)

    async def _begins(self, client: CandidateClient) -> None:
        await client.send({"type": "start"})
        await client.expect("started")
        self._seated += 1
        if self._seated == len(self.seats):
            self._everybody.set()

    async def _send_frames(self, client: CandidateClient, seat: Seat, place: int) -> None:
        """A frame is due every ``interval``, candidates evenly spread over it. The server's wish for a later next frame
        is kept, as the page does; a frame that could not go before half an interval had passed is a dropped one."""
        now = time.monotonic()
        tick = now - now % self.interval + self.interval * (1 + place / len(self.seats))
        ready, shown = tick, place  # each begins elsewhere in its clip
        while not self._over.is_set():
            skipped = 0
            while ready > tick + self.interval / 2:
                tick += self.interval
                skipped += 1
            due = max(tick, ready)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            answer = await client.frame(seat.show.jpegs[shown % len(seat.show.jpegs)], capture_ms=time.time() * 1000)
            arrived = time.monotonic()
            self.tally.note(answer, arrived - due, skipped)
            ready = arrived + answer["next_frame_in_ms"] / 1000
            tick += self.interval
            shown += 1
