"""When a frame was taken, on the server's clock."""

from __future__ import annotations

from collections import deque

# A browser's clock drifts by some milliseconds a minute; a minute is also long enough to see one quick transfer.
WINDOW_SECONDS = 60.0
# A frame older than this on arrival is dated later than it was taken: no sender can place one further back.
MAX_AGE_SECONDS = 5.0


class FrameClock:
    """The sender's clock is off by an unknown amount, and frames travel for an unknown time. The smallest difference
    between receipt and capture seen lately is the best guess at the former; what a frame has more is its travel.

    The result never lies after the receipt, nor more than 5 s before it, and never decreases.
    """

    def __init__(self, not_before: float = 0.0) -> None:
        self._offsets: deque[tuple[float, float]] = deque()  # (receipt, offset), offsets rising
        self._last = not_before

    def time_of(self, *, captured: float, received: float) -> float:
        """All in Unix seconds; ``captured`` on the sender's clock, the result and ``received`` on the server's."""
        offset = received - captured
        while self._offsets and self._offsets[-1][1] >= offset:
            self._offsets.pop()
        self._offsets.append((received, offset))
        while self._offsets[0][0] < received - WINDOW_SECONDS:
            self._offsets.popleft()
        time = captured + self._offsets[0][1]
        self._last = max(self._last, min(max(time, received - MAX_AGE_SECONDS), received))
        return self._last


class ReplayClock:
    """A replayed clip keeps its own spacing in time, so that playing it faster gives the same events."""

    def __init__(self, not_before: float = 0.0) -> None:
        self._offset: float | None = None
        self._last = not_before

    def time_of(self, *, captured: float, received: float) -> float:
        """As :meth:`FrameClock.time_of`; the first frame of a connection is dated at its receipt."""
        if self._offset is None:
            self._offset = max(received, self._last) - captured
        self._last = max(self._last, captured + self._offset)
        return self._last
