"""A proctor who has the wall open all the time, and a session's page beside it, now this one's and now that one's."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from proctoring.load.http import Connection
from proctoring.soak.stage import Seat

PAGE_SECONDS = 60.0
PICTURES_AT_ONCE = 2  # fetched one after the other, a second apart from the next


def open_page(url: str, path: str, cookie: str, *, origin: str = "") -> connect:
    """A socket of the site as a browser opens it."""
    address = urlsplit(url)
    return connect(
        f"ws://{address.netloc}{path}",
        origin=Origin(origin or url),
        additional_headers={"Cookie": cookie} if cookie else {},
        compression=None,
        proxy=None,
        open_timeout=60,
    )


class Proctor:
    """``met``: what came, by name; what begins with "failed" should not have happened."""

    def __init__(self, url: str, *, exam_id: int, cookie: str, seats: Sequence[Seat]) -> None:
        self.url, self.exam_id, self.cookie, self.seats = url, exam_id, cookie, seats
        self.met: Counter[str] = Counter()
        self._pictures: dict[str, str] = {}  # address of the newest by session
        self._snapshots: list[str] = []

    async def watch(self) -> None:
        """Until it is cancelled."""
        await asyncio.gather(self.watch_wall(), self._pages(), self._fetch())

    async def watch_wall(self) -> None:
        """The wall alone, without its pictures. Until it is cancelled."""
        await self._listen(f"/ws/proctor/exams/{self.exam_id}/", None)

    async def _pages(self) -> None:
        chance = random.Random(0)
        while True:
            seat = chance.choice(self.seats)
            await self._listen(f"/ws/proctor/sessions/{seat.session_id}/", PAGE_SECONDS)

    async def _listen(self, path: str, seconds: float | None) -> None:
        """Open it and, when it breaks, again; for ``seconds``."""
        ends = None if seconds is None else time.monotonic() + seconds
        while ends is None or time.monotonic() < ends:
            try:
                async with open_page(self.url, path, self.cookie) as socket:
                    self.met["pages opened"] += 1
                    left = None if ends is None else ends - time.monotonic()
                    with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
                        await asyncio.wait_for(self._take(socket), left)
            except (OSError, ConnectionClosed) as error:
                self.met[f"failed: {type(error).__name__} {error}"] += 1
                await asyncio.sleep(1)

    async def _take(self, socket: ClientConnection) -> None:
        async for text in socket:
            message = json.loads(text)
            self.met[message["type"]] += 1
            for session in message["sessions"] if message["type"] == "sessions" else [message.get("session")]:
                if isinstance(session, dict) and session["frame_seq"]:
                    self._pictures[session["id"]] = session["frame_url"]
            self._note_event(message)

    def _note_event(self, message: dict[str, Any]) -> None:
        if message["type"] == "event" and (address := message["event"]["snapshot_url"]):
            self._snapshots.append(urlsplit(address).path)

    async def _fetch(self) -> None:
        """Some of the newest pictures every second, and each snapshot."""
        address = urlsplit(self.url)
        line = Connection(str(address.hostname), int(address.port or 80))
        chance = random.Random(1)
        try:
            while True:
                wanted = chance.sample(sorted(self._pictures.values()), min(PICTURES_AT_ONCE, len(self._pictures)))
                snapshots, self._snapshots = self._snapshots[:PICTURES_AT_ONCE], []
                for what, paths in (("live pictures", wanted), ("snapshots", snapshots)):
                    for path in paths:
                        answer = await line.request("GET", path, headers={"Cookie": self.cookie})
                        gone = what == "live pictures" and answer.status == 404  # nobody is connected any more
                        self.met[what if answer.status == 200 or gone else f"failed: {what} {answer.status}"] += 1
                await asyncio.sleep(1)
        finally:
            await line.close()
