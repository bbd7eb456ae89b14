"""Who of the Celery workers is at work, by what each announces in Redis every second, and who was lost.

A worker that is stopped takes its announcement away; one that died or hangs leaves it, and it grows old. Every web
process reads them all, and the one that clears such an announcement away is the one to tell of it: so a lost worker is
told of once, however many web processes there are.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any

import redis

from proctoring.analysis.remote_wire import ANNOUNCE_SECONDS, GONE_SECONDS, WORKERS, Announcement, unpack_announcement

logger = logging.getLogger(__name__)

# Reads are a second apart; after a longer gap Redis was away or stood still, and workers could not announce themselves.
GAP_SECONDS = GONE_SECONDS / 2
# Who is at work when Redis is first read announced itself just before.
LATELY_SECONDS = 2 * ANNOUNCE_SECONDS
# When an announcement that this process cannot judge is cleared away: long after one that can would have.
LEFT_OVER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Seen:
    """``at_work``: by name. ``lost``: those that this process is to tell of."""

    at_work: dict[str, Announcement]
    lost: list[str]


class Roll:
    """For one thread. Lost is only who announced itself since Redis answers this process without a gap, and then said
    nothing for ``GONE_SECONDS``: from before, its silence may have been Redis' own."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._read = 0.0  # Unix seconds, as workers tell the time
        self._since = 0.0

    def redis_was_away(self) -> None:
        self._read = 0.0

    def read(self) -> Seen:
        """Raises RedisError or OSError."""
        announced: dict[Any, Any] = self._redis.hgetall(WORKERS)
        now = time.time()
        if now - self._read >= GAP_SECONDS:
            self._since = now - LATELY_SECONDS
        self._read = now
        at_work, silent = {}, {}
        for field, data in announced.items():
            try:
                said = unpack_announcement(data)
            except (ValueError, KeyError, TypeError):
                logger.exception("What a worker announced could not be read")
                continue
            if now - said.unix_time < GONE_SECONDS:
                at_work[said.name] = said
            else:
                silent[field] = said
        return Seen(at_work, self._clear(silent, now))

    def _clear(self, silent: dict[Any, Announcement], now: float) -> list[str]:
        """Take old announcements away; the names of the lost among those that no other process was faster with."""
        judged = {field: said for field, said in silent.items() if said.unix_time >= self._since}
        left_over = [
            field for field, said in silent.items() if field not in judged and now - said.unix_time >= LEFT_OVER_SECONDS
        ]
        if left_over:
            self._redis.hdel(WORKERS, *left_over)
        return [said.name for field, said in judged.items() if self._redis.hdel(WORKERS, field)]
