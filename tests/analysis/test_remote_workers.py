"""What a web process knows of Celery workers: from a real Redis, where workers are what they announced there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

from proctor_site.health import analysis_faults
from proctoring.analysis import service
from proctoring.analysis.metrics import Metrics
from proctoring.analysis.remote import RemotePool
from proctoring.analysis.remote_wire import WORKERS
from proctoring.analysis.remote_workers import LEFT_OVER_SECONDS
from proctoring.analysis.sending import Sender
from proctoring.analysis.service import Analysis
from proctoring.analysis.verdict import NotAnalysed
from proctoring.live.prometheus import FigureCollector
from proctoring.observation import Looks
from tests.analysis.announcing import announce, announced
from tests.live.waiting import until
from tests.redis import RedisServer, running_redis

TIMEOUT = 60.0
NOT_READY = ["No analysis worker is ready."]


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


@contextmanager
def web_process(server: RedisServer, *, timeout: float = TIMEOUT) -> Iterator[RemotePool]:
    pool = RemotePool(url=server.url(0), send=Sender(server.url(1)), timeout=timeout, metrics=Metrics())
    pool.start()
    try:
        yield pool
    finally:
        pool.stop()


def known(pool: RemotePool) -> set[str]:
    return {worker["name"] for worker in pool.state()["workers"]}


def lost(*pools: RemotePool) -> int:
    return sum(pool.metrics.snapshot()["counters"].get("workers_lost", 0) for pool in pools)


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


async def test_a_worker_that_died_is_counted_once_by_all_web_processes_together(server: RedisServer) -> None:
    announce(server, "machine:1")
    with web_process(server) as one, web_process(server) as other:
        await until(lambda: known(one) == known(other) == {"machine:1"})
        announce(server, "machine:1")  # and never again
        await until(lambda: known(one) == known(other) == set())
        await until(lambda: lost(one, other) > 0)
        assert announced(server) == set()  # or each of them would read it every second from now on
        await asyncio.sleep(2.5)  # each has read twice more
        assert lost(one, other) == 1


async def test_a_worker_that_was_stopped_is_not_lost(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    announce(server, "machine:1")
    with web_process(server) as pool, redis.Redis.from_url(server.url(0)) as client:
        await until(lambda: known(pool) == {"machine:1"})
        client.hdel(WORKERS, "machine:1")
        await until(lambda: known(pool) == set())
        assert lost(pool) == 0
    assert "Lost" not in caplog.text


async def test_a_restart_of_redis_costs_no_worker(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    """Whether it kept what was announced before or not."""
    for name in ("machine:1", "machine:2"):
        announce(server, name)
    with web_process(server) as pool:
        await until(lambda: known(pool) == {"machine:1", "machine:2"})
        server.kill()
        await until(lambda: pool.last_error != "")
        server.start()
        announce(server, "machine:1", ago=20.0)  # as it was kept
        await until(lambda: known(pool) == set())
        await asyncio.sleep(1.5)  # it has read once more
        announce(server, "machine:1")
        announce(server, "machine:2")
        await until(lambda: known(pool) == {"machine:1", "machine:2"})
        assert lost(pool) == 0
    assert "Lost" not in caplog.text


async def test_what_was_left_from_before_this_process_is_cleared_away_uncounted(server: RedisServer) -> None:
    announce(server, "machine:1", ago=LEFT_OVER_SECONDS)
    announce(server, "machine:2")
    with web_process(server) as pool:
        await until(lambda: announced(server) == {"machine:2"})
        assert lost(pool) == 0


async def test_a_worker_that_could_not_start_is_among_the_failed(server: RedisServer, analysis: Analysis) -> None:
    announce(server, "machine:2", error="ImportError: libGL.so.1")
    await until(lambda: len(analysis.workers()) == 2)
    states = {worker["name"]: worker["state"] for worker in analysis.workers()}
    assert states == {"machine:1": "ready", "machine:2": "failed: ImportError: libGL.so.1"}
    assert figure("proctor_analysis_workers", "failed") == 1
    assert figure("proctor_analysis_workers", "ready") == 1
    assert analysis_faults() == []


async def test_a_frame_that_nobody_takes_is_seen_to_wait(server: RedisServer) -> None:
    analysis = service.start_remote(server.url(0), server.url(1), TIMEOUT)
    try:
        waiting = asyncio.create_task(analysis.submit("a", b"jpeg", Looks.NONE))
        await until(lambda: figure("proctor_oldest_waiting_seconds", "frame") > 0.5)
    finally:
        await asyncio.to_thread(service.stop)
    assert await waiting == NotAnalysed("stopped")


async def test_a_frame_that_was_given_up_is_timed_as_any_that_waited(server: RedisServer) -> None:
    with web_process(server, timeout=1.0) as pool:
        assert await pool.submit("a", b"jpeg", Looks.NONE) == NotAnalysed("not_ready")
        waited = pool.metrics.snapshot()["times_ms"]["queue_wait"]
    assert (waited["n"], waited["max"] >= 1000) == (1, True)
