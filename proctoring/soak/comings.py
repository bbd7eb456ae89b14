"""Connections that come and go in every way there is, good and bad, thousands of them."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from proctoring.live import codes
from proctoring.live.limits import BURST, Arrivals
from proctoring.live.wire import pack_frame
from proctoring.soak.proctor import open_page
from proctoring.soak.stage import Seat, Stage

AT_ONCE = 8
HANGING_SECONDS = 1.0
LATE_SECONDS = 1.0
MOST_A_VISIT = 2  # connections to one session
FOREIGN = "https://elsewhere.example"
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: what is unsent is thrown away, and the line reset
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class Unexpected(Exception):
    """The server answered in another way than it should have."""


class Comings:
    """``met``: how many came in which way; what begins with "failed" should not have happened."""

    def __init__(self, stage: Stage, *, url: str, jpeg: bytes) -> None:
        self.stage, self.url, self.jpeg = stage, url, jpeg
        self.host = urlsplit(url).netloc
        self.met: Counter[str] = Counter()
        self._chance = random.Random(2)
        self._arrivals = Arrivals()  # the server's own count may be a little behind this one, never ahead
        self._free: asyncio.Queue[Seat] = asyncio.Queue()
        for seat in stage.seats:
            self._free.put_nowait(seat)

    async def run(self, connections: int, *, tell: Callable[[int], None] = lambda _: None) -> None:
        """All ways in turn until there were as many ``connections``."""
        ways = self.ways()
        gate = asyncio.Semaphore(AT_ONCE)

        async def come(number: int) -> None:
            async with gate:
                way = ways[number % len(ways)]
                name = way.__name__.replace("_", " ")
                try:
                    await asyncio.wait_for(way(), 120)
                except (Unexpected, OSError, ConnectionClosed, InvalidStatus, asyncio.TimeoutError) as error:
                    self.met[f"failed: {name}: {type(error).__name__} {error}"] += 1
                else:
                    self.met[name] += 1
                if number % 100 == 99:
                    tell(number + 1)

        await asyncio.gather(*(come(number) for number in range(connections)))

    def ways(self) -> Sequence[Callable[[], Awaitable[None]]]:
        return (
            self.candidate_leaves,
            self.candidate_is_cut_off,
            self.candidate_is_cut_off_over_a_frame,
            self.candidate_is_cut_off_before_the_welcome,
            self.candidate_opens_a_second_window,
            self.candidate_floods,
            self.candidate_breaks_the_protocol,
            self.nobody_knocks,
            self.stranger_knocks,
            self.foreign_page_knocks,
            self.unknown_address,
            self.handshake_hangs,
            self.handshake_is_cut_off,
            self.line_says_nothing,
            self.page_is_cut_off,
            self.wall_is_opened,
            self.wall_is_cut_off,
            self.session_page_is_cut_off,
        )

    # Candidates

    async def candidate_leaves(self) -> None:
        async with self.seat() as seat, self.open(seat) as line:
            await expect(line, "welcome")
            await line.send(json.dumps({"type": "ping", "t": 1}))
            await expect(line, "pong")

    async def candidate_is_cut_off(self) -> None:
        async with self.seat() as seat, self.open(seat) as line:
            await expect(line, "welcome")
            cut(line)

    async def candidate_is_cut_off_over_a_frame(self) -> None:
        async with self.seat() as seat, self.open(seat) as line:
            last = (await expect(line, "welcome"))["last_seq"]
            await line.send(json.dumps({"type": "start"}))
            await expect(line, "started")
            await line.send(pack_frame(seat.session_id, last + 1, time.time() * 1000, self.jpeg))
            cut(line)

    async def candidate_is_cut_off_before_the_welcome(self) -> None:
        async with self.seat() as seat:
            async with self.open(seat) as line:
                cut(line)
            await asyncio.sleep(LATE_SECONDS)  # it is let in all the same, and would take over from who comes now

    async def candidate_opens_a_second_window(self) -> None:
        async with self.seat() as seat, self.open(seat) as first:
            await expect(first, "welcome")
            async with self.open(seat) as second:
                await expect(second, "welcome")
                await closed(first, codes.REPLACED)

    async def candidate_floods(self) -> None:
        async with self.seat() as seat, self.open(seat) as line:
            await expect(line, "welcome")
            for number in range(3 * BURST):
                await line.send(json.dumps({"type": "ping", "t": number}))
            await closed(line, codes.FLOOD)

    async def candidate_breaks_the_protocol(self) -> None:
        async with self.seat() as seat, self.open(seat) as line:
            await expect(line, "welcome")
            line.transport.write(b"\xff\xff" * 20)  # reserved bits, an opcode nobody knows, not masked
            await closed(line, 1002)

    # Refused

    async def nobody_knocks(self) -> None:
        async with self.open(self.stage.seats[0], cookie="") as line:
            await closed(line, codes.NOT_SIGNED_IN)

    async def stranger_knocks(self) -> None:
        async with self.open(self.stage.seats[0], cookie=self.stage.seats[-1].cookie) as line:
            await closed(line, codes.NOT_YOURS)

    async def foreign_page_knocks(self) -> None:
        seat = self.stage.seats[0]
        await self._refused(path_of(seat), seat.cookie, origin=FOREIGN)

    async def unknown_address(self) -> None:
        await self._refused("/ws/nothing/", self.stage.seats[0].cookie)

    async def _refused(self, path: str, cookie: str, *, origin: str = "") -> None:
        try:
            async with open_page(self.url, path, cookie, origin=origin):
                raise Unexpected("The handshake was accepted.")
        except InvalidStatus as refused:
            if refused.response.status_code != 403:
                raise

    # Half a connection

    async def handshake_hangs(self) -> None:
        text = self.handshake(self.stage.seats[0])
        await self._half(text[: len(text) // 2], HANGING_SECONDS)

    async def handshake_is_cut_off(self) -> None:
        async with self.seat() as seat:
            await self._half(self.handshake(seat), 0.0)
            await asyncio.sleep(LATE_SECONDS)

    async def line_says_nothing(self) -> None:
        await self._half("", HANGING_SECONDS)

    async def page_is_cut_off(self) -> None:
        cookie = self.stage.seats[0].cookie
        await self._half(f"GET / HTTP/1.1\r\nHost: {self.host}\r\nCookie: {cookie}\r\n\r\n", 0.0)

    async def _half(self, text: str, seconds: float) -> None:
        name, _, port = self.host.partition(":")
        _, writer = await asyncio.open_connection(name, int(port))
        writer.write(text.encode())
        await writer.drain()
        await asyncio.sleep(seconds)
        reset(writer.transport)

    def handshake(self, seat: Seat) -> str:
        return HANDSHAKE.format(path=path_of(seat), host=self.host, cookie=seat.cookie)

    # Proctors

    async def wall_is_opened(self) -> None:
        async with self.wall() as line:
            await expect(line, "sessions")

    async def wall_is_cut_off(self) -> None:
        async with self.wall() as line:
            await expect(line, "sessions")
            cut(line)

    async def session_page_is_cut_off(self) -> None:
        seat = self._chance.choice(self.stage.seats)
        async with open_page(self.url, f"/ws/proctor/sessions/{seat.session_id}/", self.stage.proctor) as line:
            await expect(line, "sessions")
            cut(line)

    def wall(self) -> Any:
        return open_page(self.url, f"/ws/proctor/exams/{self.stage.exam_id}/", self.stage.proctor)

    def open(self, seat: Seat, *, cookie: str | None = None) -> Any:
        return open_page(self.url, path_of(seat), seat.cookie if cookie is None else cookie)

    @asynccontextmanager
    async def seat(self) -> AsyncIterator[Seat]:
        """The one that was used longest ago, for nobody else meanwhile: a session may not be connected to too often."""
        seat = await self._free.get()
        try:
            for _ in range(MOST_A_VISIT):
                while not self._arrivals.take(seat.session_id, time.monotonic()):  # noqa: ASYNC110  only time helps
                    await asyncio.sleep(0.2)
            yield seat
        finally:
            self._free.put_nowait(seat)


def path_of(seat: Seat) -> str:
    return f"/ws/candidate/{seat.session_id}/"


async def expect(line: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of that kind."""
    while True:
        message = json.loads(await line.recv())
        if message["type"] == kind:
            return dict(message)


async def closed(line: ClientConnection, code: int) -> None:
    """Raises Unexpected when the server closes with another."""
    try:
        while True:
            await line.recv()
    except ConnectionClosed as end:
        found = end.rcvd.code if end.rcvd is not None else None
    if found != code:
        raise Unexpected(f"closed with {found} instead of {code}")


def cut(line: ClientConnection) -> None:
    reset(line.transport)


def reset(transport: asyncio.BaseTransport) -> None:
    """As when a network goes for good: the server gets no goodbye."""
    end: socket.socket = transport.get_extra_info("socket")
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    transport.abort()  # type: ignore[attr-defined]  # every transport of a connection has it
