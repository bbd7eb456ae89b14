"""Celery workers as web processes see them: by what they announce in Redis."""

from __future__ import annotations

import time

import redis

from proctoring.analysis.remote_wire import WORKERS, Announcement, pack_announcement
from proctoring.vision.config import DetectorStatus
from tests.redis import RedisServer

DETECTORS = (DetectorStatus(name="faces", ok=True, reason="", model=None),)


def announce(server: RedisServer, name: str, *, ago: float = 0.0, error: str = "") -> None:
    """As a worker says it every second."""
    said = Announcement(name, time.time() - ago, error, () if error else DETECTORS)
    with redis.Redis.from_url(server.url(0)) as client:
        client.hset(WORKERS, name, pack_announcement(said))


def announced(server: RedisServer) -> set[str]:
    with redis.Redis.from_url(server.url(0)) as client:
        return {name.decode() for name in client.hkeys(WORKERS)}
