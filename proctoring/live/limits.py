"""How much one connection may send."""

from __future__ import annotations

# An honest page sends at most 5 frames a second and some signals. After an outage its outbox comes in a few messages.
MESSAGES_PER_SECOND = 20.0
BURST = 40
PROTOCOL_ERRORS = 20


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
