"""Which candidates are connected to any web process, where several serve (PROCTOR_REDIS).

Each process says every few seconds in Redis whom it holds. Whoever the database calls connected and no process has held
for a while was lost with a process that died, and is marked so, whichever process notices first.
"""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import redis
from django.conf import settings
from django.db import Error, close_old_connections, connection

from proctoring import services
from proctoring.live import presence

logger = logging.getLogger(__name__)

KEY = "proctor:connected"  # a sorted set: session and epoch, by the moment (Redis' clock) a process last held it
RENEW_SECONDS = 5.0
GONE_SECONDS = 15.0
LOOK_EVERY = 2  # renewals

Held = tuple[UUID, int]

_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="connections")


class Holder:
    """One process's part. Not for the event loop: it waits for Redis and the database."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._renewed = time.monotonic()
        self._missing: set[Held] = set()

    def renew(self, held: list[Held]) -> None:
        """Say whom this process holds; it must not be away longer than ``GONE_SECONDS``, or others give them up."""
        with self._redis.pipeline(transaction=False) as pipe:
            now = self._now()
            if held:
                pipe.zadd(KEY, {f"{session_id}:{epoch}": now for session_id, epoch in held})
            pipe.zremrangebyscore(KEY, "-inf", now - 10 * GONE_SECONDS)
            pipe.execute()
        away, self._renewed = time.monotonic() - self._renewed, time.monotonic()
        if away > GONE_SECONDS and held:
            services.remember_connections(held)

    def look(self) -> int:
        """Mark as lost whom nobody has held at this look and the last; how many. One look is not enough: a connection
        is written before it is held, and Redis may just have come back empty."""
        now = self._now()
        names: Any = self._redis.zrangebyscore(KEY, now - GONE_SECONDS, "+inf")
        held = {name.decode() for name in names}
        missing = {one for one in services.connections() if f"{one[0]}:{one[1]}" not in held}
        lost, self._missing = missing & self._missing, missing
        return services.forget_connections(lost) if lost else 0

    def close(self) -> None:
        self._redis.close()

    def _now(self) -> float:
        seconds, microseconds = self._redis.time()
        return float(seconds) + float(microseconds) / 1e6


async def keep() -> None:
    """Until it is cancelled."""
    loop, holder, rounds = asyncio.get_running_loop(), Holder(settings.PROCTOR_REDIS), 0
    try:
        while True:
            held = [(session_id, each.live.connection.epoch) for session_id, each in presence.connected.items()]
            rounds += 1
            await loop.run_in_executor(_thread, _round, holder, held, rounds % LOOK_EVERY == 0)
            await asyncio.sleep(RENEW_SECONDS)
    finally:
        holder.close()


def _round(holder: Holder, held: list[Held], look: bool) -> None:
    close_old_connections()
    try:
        holder.renew(held)
        if look and (lost := holder.look()):
            logger.warning("%d candidates were connected to a web process that is gone.", lost)
    except (redis.RedisError, OSError):
        logger.warning("Who is connected could not be told to other web processes.", exc_info=True)
    except Error:
        logger.warning("Who is connected could not be read.", exc_info=True)
        connection.close()
