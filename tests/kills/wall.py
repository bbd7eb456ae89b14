"""A proctor's page: what it was told may not be lost either."""

from __future__ import annotations

import asyncio
import json

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from tests.kills.kept import Kept
from tests.kills.pages_code import seconds

FIRST_PAUSE = seconds("proctor/socket.js", "FIRST_RETRY_MS")
LONGEST_PAUSE = seconds("proctor/socket.js", "LONGEST_RETRY_MS")


async def look(address: str, exam_id: int, cookie: str, kept: Kept) -> None:
    """Until it is cancelled."""
    url = f"ws://{address.removeprefix('http://')}/ws/proctor/exams/{exam_id}/"
    pause = FIRST_PAUSE
    while True:
        try:
            headers = {"Cookie": cookie}
            async with connect(url, origin=Origin(address), additional_headers=headers, proxy=None) as socket:
                async for data in socket:
                    pause = FIRST_PAUSE
                    message = json.loads(data)
                    if message["type"] == "event":
                        kept.tell(message["session"], message["event"])
        except (OSError, InvalidHandshake, ConnectionClosed):
            pass
        await asyncio.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 2)
