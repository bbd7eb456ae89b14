"""A live picture is found by the other web processes, over a real Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from pytest_django import Settings

from proctoring.live import frames, shared_frames
from tests.redis import RedisServer, running_redis


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture(autouse=True)
async def redis(server: RedisServer, settings: Settings) -> AsyncIterator[None]:
    settings.PROCTOR_REDIS = server.url()
    yield
    await shared_frames.close()
    shared_frames._reader.cache_clear()


async def test_another_process_finds_what_was_shared() -> None:
    session = uuid4()
    frames.keep(session, jpeg=b"jpeg", sequence=7, unix_ms=1_767_788_935_000)
    await shared_frames.share(session)
    frames.forget(session)  # as in a process that never had it
    found = shared_frames.newest(session)
    assert found is not None
    assert (found.jpeg, found.sequence, found.unix_ms) == (b"jpeg", 7, 1_767_788_935_000)


async def test_the_newest_counts_wherever_it_is() -> None:
    session = uuid4()
    frames.keep(session, jpeg=b"old", sequence=1, unix_ms=1000)
    await shared_frames.share(session)
    frames.keep(session, jpeg=b"new", sequence=2, unix_ms=2000)
    found = shared_frames.newest(session)
    assert found is not None
    assert found.jpeg == b"new"


async def test_without_redis_the_own_pictures_are_still_shown(server: RedisServer) -> None:
    session = uuid4()
    frames.keep(session, jpeg=b"own", sequence=1, unix_ms=1000)
    server.kill()
    try:
        await shared_frames.share(session)
        found = shared_frames.newest(session)
    finally:
        server.start()
    assert found is not None
    assert found.jpeg == b"own"


def test_what_nobody_shared_is_not_there() -> None:
    assert shared_frames.newest(uuid4()) is None
