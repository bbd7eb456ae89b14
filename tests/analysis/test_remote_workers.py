"""What a web process knows of Celery workers: from a real Redis, where workers are what they announced there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
import redis

from proctor_site.health import analysis_faults
from proctoring.analysis import service
from proctoring.analysis.remote_wire import WORKERS, Announcement, pack_announcement
from proctoring.analysis.service import Analysis
from proctoring.analysis.verdict import NotAnalysed
from proctoring.live.prometheus import FigureCollector
from proctoring.observation import Looks
from proctoring.vision.config import DetectorStatus
from tests.live.waiting import until
from tests.redis import RedisServer, running_redis

TIMEOUT = 60.0
NOT_READY = ["No analysis worker is ready."]
DETECTORS = (DetectorStatus(name="faces", ok=True, reason="", model=None),)


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def analysis(server: RedisServer) -> Iterator[Analysis]:
    announce(server, "machine:1")
    started = service.start_remote(server.url(0), server.url(1), TIMEOUT)
    try:
        assert started.wait_until_ready(20.0)
        yield started
    finally:
        service.stop()


def announce(server: RedisServer, name: str, *, ago: float = 0.0, error: str = "") -> None:
    """As a worker says it every second."""
    said = Announcement(name, time.time() - ago, error, () if error else DETECTORS)
    with redis.Redis.from_url(server.url(0)) as client:
        client.hset(WORKERS, name, pack_announcement(said))


def figure(name: str, label: str) -> float:
    [family] = [family for family in FigureCollector().collect() if family.name == name]
    return next(sample.value for sample in family.samples if label in sample.labels.values())


async def test_while_redis_is_away_no_worker_is_ready(server: RedisServer, analysis: Analysis) -> None:
    assert analysis_faults() == []
    server.kill()
    await until(lambda: analysis_faults() == NOT_READY)  # though nobody is watched
    assert [worker["state"] for worker in analysis.workers()] == ["lost: Redis is out of reach (ConnectionError)"]
    assert figure("proctor_analysis_workers", "ready") == 0
    assert figure("proctor_analysis_workers", "lost") == 1
    # Answered at once, for all that: a page that waited for its verdict would say nothing to its candidate.
    assert await asyncio.wait_for(analysis.submit("a", b"jpeg", Looks.NONE), TIMEOUT / 2) == NotAnalysed("not_ready")
    server.start()
    announce(server, "machine:1")
    await until(lambda: analysis_faults() == [])
