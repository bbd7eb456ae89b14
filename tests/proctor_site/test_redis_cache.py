"""Django's cache while Redis is away: nothing is known, nothing fails, and it holds again when Redis is back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache.backends.base import BaseCache

from proctor_site.redis_cache import SteadyRedisCache
from tests.redis import RedisServer, running_redis


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def cache(server: RedisServer) -> Iterator[BaseCache]:
    cache = SteadyRedisCache(server.url(), {"OPTIONS": {"socket_timeout": 2}})
    yield cache
    cache.close()


def test_it_goes_on_without_redis_and_holds_again_with_it(server: RedisServer, cache: BaseCache) -> None:
    cache.set("asked", [1.0])
    assert cache.get("asked") == [1.0]
    server.kill()
    assert cache.get("asked", []) == []
    cache.set("asked", [2.0])
    cache.set_many({"asked": [2.0]})
    assert cache.add("first", 1) is True
    assert cache.get_many(["asked", "first"]) == {}
    assert (cache.has_key("asked"), cache.touch("asked"), cache.delete("asked")) == (False, False, False)
    cache.delete_many(["asked"])
    with pytest.raises(ValueError, match="Redis is out of reach"):
        cache.incr("first")
    server.start()
    assert cache.get("asked") is None
    cache.set("asked", [3.0])
    assert cache.get("asked") == [3.0]


def test_other_faults_are_not_hidden(cache: BaseCache) -> None:
    with pytest.raises(AttributeError):  # a lambda cannot be pickled, whether Redis is there or not
        cache.set("asked", lambda: None)
