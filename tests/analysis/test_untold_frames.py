"""A frame without a verdict is told of in the log with its session, which the worker over it does not know."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

from proctor_site.logs import sessions_in
from proctoring.analysis.metrics import Metrics
from proctoring.analysis.remote import RemotePool, Send
from proctoring.analysis.remote_wire import PackedFrame, pack_verdict
from proctoring.analysis.verdict import WORKER_FAILED, WORKER_HUNG, NotAnalysed
from proctoring.observation import Looks
from tests.analysis.announcing import announce
from tests.redis import RedisServer, running_redis

SESSION = "0b9f3c1e-6d0a-4f3e-9a53-3d1f0a3f5c11"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@contextmanager
def pool_of(server: RedisServer, send: Send) -> Iterator[RemotePool]:
    """With one worker, to whom ``send`` brings frames."""
    announce(server, "machine:1")
    pool = RemotePool(url=server.url(0), send=send, timeout=60.0, metrics=Metrics())
    pool.start()
    try:
        assert pool.known.wait(20.0)
        yield pool
    finally:
        pool.stop()


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    records = [record for record in caplog.records if record.name == "proctoring.analysis.pool"]
    assert all(record.levelno == logging.WARNING for record in records)
    return [record.getMessage() for record in records]


async def test_a_frame_whose_analysis_failed(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    def fail(reply_to: str, frames: list[PackedFrame], expires: float) -> None:
        with redis.Redis.from_url(server.url(0)) as client:
            client.rpush(reply_to, *(pack_verdict(frame[0], NotAnalysed(WORKER_FAILED), 1.0) for frame in frames))

    with pool_of(server, fail) as pool:
        assert await pool.submit(SESSION, b"jpeg", Looks.NONE) == NotAnalysed(WORKER_FAILED)
    [line] = told(caplog)
    assert line.startswith("The analysis of a frame failed")
    assert sessions_in(line) == [SESSION]


async def test_a_frame_that_is_overdue(server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    def die(reply_to: str, frames: list[PackedFrame], expires: float) -> None:
        """The machine it went to is no more."""

    with pool_of(server, die) as pool:
        assert await pool.submit(SESSION, b"jpeg", Looks.NONE) == NotAnalysed(WORKER_HUNG)
        assert pool.metrics.snapshot()["times_ms"]["queue_wait"]["n"] == 1  # it waited for a worker, as others do
    [line] = told(caplog)
    assert line.startswith("No verdict on a frame came in time")
    assert sessions_in(line) == [SESSION]
