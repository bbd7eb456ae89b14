"""Whether a service can be reached, as far as is known, so that nobody waits for what did not answer just now."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

AWAY_SECONDS = 10.0


class Reach:
    """Within reach until somebody says otherwise. ``asks`` finds out whether it is back, and should not take long: one
    caller in ten seconds waits for that, and the others hear at once that it is away. Callable from any thread."""

    def __init__(self, asks: Callable[[], bool]) -> None:
        self._asks = asks
        self._lock = threading.Lock()
        self._ask_at: float | None = None  # None: within reach

    def lost(self) -> None:
        """It could not be reached."""
        with self._lock:
            self._ask_at = time.monotonic() + AWAY_SECONDS

    def is_there(self) -> bool:
        with self._lock:
            if self._ask_at is None:
                return True
            if time.monotonic() < self._ask_at:
                return False
            self._ask_at = time.monotonic() + AWAY_SECONDS
        if not self._asks():
            self.lost()
            return False
        with self._lock:
            self._ask_at = None
        return True
