"""The newest frames that somebody watches, for web processes other than the one the candidate is connected to.

In Redis for half a minute, and only while a proctor's page is open: everything else stays in its process.
"""

from __future__ import annotations

import logging
import struct
import time
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from proctoring.live import frames
from proctoring.live.frames import NewestFrame

if TYPE_CHECKING:
    import redis
    from redis.asyncio import Redis as AsyncRedis

logger = logging.getLogger(__name__)

SECONDS = 30
HEADER = struct.Struct("<qq")  # sequence, Unix milliseconds; the JPEG follows

_client: AsyncRedis | None = None  # of the event loop that serves


async def share(session_id: UUID) -> None:
    """Put the session's newest frame where other processes find it; nothing happens where there is only one."""
    frame = frames.newest(session_id)
    if not settings.PROCTOR_REDIS or frame is None:
        return
    global _client
    from redis.asyncio import Redis
    from redis.exceptions import RedisError

    if _client is None:
        _client = Redis.from_url(settings.PROCTOR_REDIS, socket_timeout=2, socket_connect_timeout=2)
    try:
        await _client.set(_key(session_id), HEADER.pack(frame.sequence, frame.unix_ms) + frame.jpeg, ex=SECONDS)
    except (RedisError, OSError):
        logger.warning("A live picture could not be shared: Redis is out of reach.", exc_info=True)


async def close() -> None:
    """Let the line to Redis go; the next picture opens another."""
    global _client
    client, _client = _client, None
    if client is not None:
        await client.aclose()


def newest(session_id: UUID) -> NewestFrame | None:
    """The newest of this process's and the others'. Blocks for Redis, so not for the event loop."""
    here = frames.newest(session_id)
    if not settings.PROCTOR_REDIS:
        return here
    from redis.exceptions import RedisError

    try:
        data = _reader(settings.PROCTOR_REDIS).get(_key(session_id))
    except (RedisError, OSError):
        logger.warning("Live pictures of other processes cannot be read: Redis is out of reach.", exc_info=True)
        return here
    if not isinstance(data, bytes) or len(data) <= HEADER.size:
        return here
    sequence, unix_ms = HEADER.unpack_from(data)
    if here is not None and here.unix_ms >= unix_ms:
        return here
    return NewestFrame(data[HEADER.size :], sequence, unix_ms, time.monotonic())


@cache
def _reader(url: str) -> redis.Redis:
    from redis import Redis

    return Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


def _key(session_id: UUID) -> str:
    return f"proctor:frame:{session_id}"
