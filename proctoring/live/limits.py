"""How much one connection may send."""

from __future__ import annotations

from uuid import UUID

# An honest page sends at most 5 frames a second and some signals. After an outage its outbox comes in a few messages.
MESSAGES_PER_SECOND = 20.0
BURST = 40
PROTOCOL_ERRORS = 20


# A page whose network flickers comes back at once, then ever more slowly.
CONNECTIONS_PER_SECOND = 0.5
CONNECTIONS_AT_ONCE = 20
MOST_REMEMBERED = 1000


class TokenBucket:
    """``burst`` messages at once, ``rate`` a second for ever."""

    def __init__(self, rate: float = MESSAGES_PER_SECOND, burst: int = BURST) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._tokens = self._burst
        self._at: float | None = None

    def take(self, now: float) -> bool:
        """False when this message is one too many. ``now``: any steady clock, in seconds."""
        if self._at is not None:
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def idle(self, now: float) -> bool:
        """It holds as much as one that was never used."""
        return self._at is None or self._tokens + (now - self._at) * self._rate >= self._burst


class Arrivals:
    """How often each session's page may connect: every time takes the session over and is recorded in it."""

    def __init__(self) -> None:
        self._buckets: dict[UUID, TokenBucket] = {}

    def take(self, session_id: UUID, now: float) -> bool:
        """False when this connection is one too many. ``now``: any steady clock, in seconds."""
        if len(self._buckets) >= MOST_REMEMBERED:
            self._buckets = {key: bucket for key, bucket in self._buckets.items() if not bucket.idle(now)}
        bucket = self._buckets.setdefault(session_id, TokenBucket(CONNECTIONS_PER_SECOND, CONNECTIONS_AT_ONCE))
        return bucket.take(now)
