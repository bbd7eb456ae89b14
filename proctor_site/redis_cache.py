"""Django's cache in Redis, which may go away while people sit exams.

Here lie limits of how often one may ask, and what is quickly fetched again. Without Redis everybody may ask, and
nothing is remembered: with Django's own cache every answer would be refused with an error until Redis is back.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

AWAY = (RedisError, OSError)
SAY_AGAIN_SECONDS = 30.0


class SteadyClient(RedisCacheClient):
    """A cache that holds nothing while Redis is away."""

    _said = 0.0

    def get(self, key: Any, default: Any) -> Any:
        try:
            return super().get(key, default)
        except AWAY as error:
            return self._without(error, default)

    def get_many(self, keys: Any) -> Any:
        try:
            return super().get_many(keys)
        except AWAY as error:
            return self._without(error, {})

    def has_key(self, key: Any) -> Any:
        try:
            return super().has_key(key)
        except AWAY as error:
            return self._without(error, False)

    def add(self, key: Any, value: Any, timeout: Any) -> Any:
        try:
            return super().add(key, value, timeout)
        except AWAY as error:  # as if it had been kept and had run out at once: whoever asks is the first
            return self._without(error, True)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        try:
            super().set(key, value, timeout)
        except AWAY as error:
            self._without(error, None)

    def set_many(self, data: Any, timeout: Any) -> None:
        try:
            super().set_many(data, timeout)
        except AWAY as error:
            self._without(error, None)

    def touch(self, key: Any, timeout: Any) -> Any:
        try:
            return super().touch(key, timeout)
        except AWAY as error:
            return self._without(error, False)

    def delete(self, key: Any) -> Any:
        try:
            return super().delete(key)
        except AWAY as error:
            return self._without(error, False)

    def delete_many(self, keys: Any) -> None:
        try:
            super().delete_many(keys)
        except AWAY as error:
            self._without(error, None)

    def incr(self, key: Any, delta: int) -> Any:
        """Raises ValueError, as for a key that is not there."""
        try:
            return super().incr(key, delta)
        except AWAY as error:
            self._without(error, None)
            raise ValueError(f"Key “{key}” cannot be counted up: Redis is out of reach.") from error

    def _without(self, error: Exception, instead: Any) -> Any:
        if time.monotonic() - SteadyClient._said > SAY_AGAIN_SECONDS:
            SteadyClient._said = time.monotonic()
            logger.warning(
                "Redis is out of reach; limits of how often one may ask hold again when it is back: %s", error
            )
        return instead


class SteadyRedisCache(RedisCache):
    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = SteadyClient
