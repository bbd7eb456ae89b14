"""Candidates who sit an exam for long: pictures, now and then another tab, now and then a lost connection."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from uuid import uuid4

from proctoring.bench.material import Show
from proctoring.replay.client import CandidateClient, Message, Refused, ServerUnreachable
from proctoring.soak.stage import Seat

CONNECTING_AT_ONCE = 4
TAB_SECONDS = 120.0  # on average from one look at another tab to the next
AWAY_SECONDS = 3.0
RECONNECT_SECONDS = 600.0  # on average from one lost connection to the next
BACK_SECONDS = 3.0


class Candidates:
    """``met``: what they met with, by name. What begins with "failed" should not have happened."""

    def __init__(self, seats: Sequence[Seat], shows: Sequence[Show], *, url: str) -> None:
        self.seats, self.shows, self.url = seats, shows, url
        self.met: Counter[str] = Counter()
        self._gate = asyncio.Semaphore(CONNECTING_AT_ONCE)
        self._over = asyncio.Event()

    async def sit(self) -> None:
        """Until :meth:`leave`."""
        await asyncio.gather(*(self._sit(place) for place in range(len(self.seats))))

    def leave(self) -> None:
        self._over.set()

    async def _sit(self, place: int) -> None:
        chance = random.Random(place)
        while not self._over.is_set():
            try:
                await self._connected(place, chance)
            except (Refused, ServerUnreachable, TimeoutError, asyncio.TimeoutError) as error:
                self.met[f"failed: {error or type(error).__name__}"] += 1
            await self._pause(BACK_SECONDS)

    async def _connected(self, place: int, chance: random.Random) -> None:
        """From a connection to its end, as often in good order as not."""
        seat, show = self.seats[place], self.shows[place % len(self.shows)]
        client = CandidateClient(url=self.url, session_id=seat.session_id, cookie=seat.cookie, on_message=self._hear)
        async with self._gate:
            await client.__aenter__()
        self.met["connections"] += 1
        ends = time.monotonic() + chance.expovariate(1 / RECONNECT_SECONDS)
        tab = time.monotonic() + chance.expovariate(1 / TAB_SECONDS)
        try:
            await client.send({"type": "start"})
            await client.expect("started")
            shown = place
            while not self._over.is_set() and time.monotonic() < ends:
                answer = await client.frame(show.jpegs[shown % len(show.jpegs)], capture_ms=time.time() * 1000)
                shown += 1
                self.met["frames looked at" if answer.get("analysed") else "frames not looked at"] += 1
                if time.monotonic() > tab:
                    tab = time.monotonic() + chance.expovariate(1 / TAB_SECONDS)
                    await self._look_elsewhere(client)
                await self._pause(answer["next_frame_in_ms"] / 1000)
            if chance.random() < 0.5 and not self._over.is_set():
                self.met["connections cut off"] += 1
                client.cut()
        finally:
            await client.__aexit__(None, None, None)

    async def _look_elsewhere(self, client: CandidateClient) -> None:
        now = time.time() * 1000
        signals: list[Message] = [
            {"id": str(uuid4()), "kind": "hidden", "time_ms": now - AWAY_SECONDS * 1000},
            {"id": str(uuid4()), "kind": "visible", "time_ms": now},
        ]
        await client.send({"type": "signals", "sent_ms": now, "signals": signals})
        await client.expect("signal_ack")
        self.met["tab switches"] += 1

    def _hear(self, message: Message) -> None:
        if message["type"] in ("error", "frame_error"):
            self.met[f"failed: {message['code']}"] += 1

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._over.wait(), max(0.0, seconds))
        except (TimeoutError, asyncio.TimeoutError):  # two classes before Python 3.11
            return
