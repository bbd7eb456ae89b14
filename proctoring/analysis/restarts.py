"""How often a lost worker may be started again, and how often one session may cost a worker."""

from __future__ import annotations

import threading
from collections import deque

RESTARTS = 5
WINDOW_SECONDS = 60.0


class RestartLimit:
    """At most ``restarts`` in any ``window`` seconds, so that a worker that cannot live costs little."""

    def __init__(self, restarts: int = RESTARTS, window: float = WINDOW_SECONDS) -> None:
        self._restarts = restarts
        self._window = window
        self._times: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Seconds until the next restart is allowed; 0 when it is now. ``now``: any steady clock, in seconds."""
        while self._times and self._times[0] <= now - self._window:
            self._times.popleft()
        if len(self._times) < self._restarts:
            return 0.0
        return self._times[0] + self._window - now

    def restarted(self, now: float) -> None:
        self._times.append(now)

    def idle(self, now: float) -> bool:
        """None in the window."""
        return not self._times or self._times[-1] <= now - self._window


STRIKES = 3


class Strikes:
    """Sessions whose frames cost workers. Three in a minute, and their frames are not looked at until it is over, so
    that one camera that sends what breaks a decoder does not take the workers away from everybody else.

    Asked and told from any thread.
    """

    def __init__(self, window: float = WINDOW_SECONDS) -> None:
        self._window = window
        self._limits: dict[str, RestartLimit] = {}
        self._lock = threading.Lock()

    def strike(self, session_id: str, now: float) -> None:
        """A worker died or hung over a frame of this session."""
        with self._lock:
            self._limits = {key: limit for key, limit in self._limits.items() if not limit.idle(now)}
            self._limits.setdefault(session_id, RestartLimit(STRIKES, self._window)).restarted(now)

    def suspected(self, session_id: str, now: float) -> bool:
        """Whether one did in the last minute."""
        with self._lock:
            limit = self._limits.get(session_id)
            return limit is not None and not limit.idle(now)

    def out(self, session_id: str, now: float) -> bool:
        with self._lock:
            limit = self._limits.get(session_id)
            return limit is not None and limit.wait(now) > 0
