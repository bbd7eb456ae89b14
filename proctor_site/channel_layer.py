"""Messages between web processes over Redis, which may go away and come back empty while everybody stays connected.

channels-redis lets an error of Redis end every WebSocket that waits for a message, and who was in which group is known
to Redis alone. Here a process waits until Redis is back and joins its groups again; what is sent meanwhile is lost, as
is anything sent to a full channel: pages learn from the next message, or when they read again.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from typing import Any

from channels_redis.core import RedisChannelLayer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

AWAY = (RedisError, OSError)
TRY_AGAIN_SECONDS = 1.0
SAY_AGAIN_SECONDS = 30.0
LATE_SECONDS = 5.0
# All channels of one process share one list in Redis: 100, the usual number, is what a wall of 100 candidates sends in
# one second.
CAPACITY = 2000


class SteadyRedisChannelLayer(RedisChannelLayer):
    """As channels-redis', for consumers that outlive an absence of Redis."""

    # Redis must be the first to end a wait in which nothing came: its client gives an answer up after five seconds,
    # which are what channels-redis asks Redis to wait, and that reads as an absence.
    brpop_timeout = 2

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"capacity": CAPACITY, **kwargs})
        self._joined: set[tuple[str, str]] = set()
        self._mark = f"{self.prefix}:here:{uuid.uuid4().hex}"  # gone when Redis has forgotten everything
        self._rejoining: asyncio.Lock | None = None
        self._looked = 0.0
        self._said = 0.0

    async def receive(self, channel: str) -> dict[str, Any]:
        """Waits for Redis as long as it takes; only a cancellation ends it."""
        while True:
            try:
                message: dict[str, Any] = await super().receive(channel)
            except AWAY as error:
                self._say(error)
                await asyncio.sleep(TRY_AGAIN_SECONDS)
                await self._rejoin()
            else:
                return message

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        try:
            await super().send(channel, message)
        except AWAY as error:
            self._say(error)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        try:
            await super().group_send(group, message)
        except AWAY as error:
            self._say(error)

    async def group_add(self, group: str, channel: str) -> None:
        """Remembered, and made up for when Redis is back."""
        first = not self._joined
        self._joined.add((group, channel))
        try:
            await super().group_add(group, channel)
            if first:
                await self._leave_mark()
        except AWAY as error:
            self._say(error)

    async def group_discard(self, group: str, channel: str) -> None:
        self._joined.discard((group, channel))
        try:
            await super().group_discard(group, channel)
        except AWAY as error:
            self._say(error)

    def forget(self, channel: str) -> None:
        """Whoever listened to it has ended. What was on its way to them by then comes a little later, into a queue that
        nobody would ever read."""
        self._drop(channel)
        asyncio.get_running_loop().call_later(LATE_SECONDS, self._drop, channel)

    def _drop(self, channel: str) -> None:
        self.receive_buffer.pop(channel, None)

    async def _leave_mark(self) -> None:
        await self.connection(self.consistent_hash(self._mark)).set(self._mark, b"1", ex=self.group_expiry)

    async def _rejoin(self) -> None:
        """Once a second for all consumers of this process: where Redis has come back empty, everybody joins again."""
        self._rejoining = self._rejoining or asyncio.Lock()
        async with self._rejoining:
            if time.monotonic() - self._looked < TRY_AGAIN_SECONDS:
                return
            try:
                if not await self.connection(self.consistent_hash(self._mark)).exists(self._mark):
                    for group, channel in list(self._joined):
                        await super().group_add(group, channel)
                    await self._leave_mark()
                    logger.warning("Redis came back; this process is in its groups again.")
            except AWAY as error:
                self._say(error)
            self._looked = time.monotonic()

    def _say(self, error: Exception) -> None:
        if time.monotonic() - self._said > SAY_AGAIN_SECONDS:
            self._said = time.monotonic()
            logger.warning("Redis is out of reach; pages hear nothing of other processes until it is back: %s", error)
