"""The risk of a session over time, as any plot of it needs it: on paper or on a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from math import ceil
from zoneinfo import ZoneInfo

from exams.plots import round_step

_STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
MOST_POINTS = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """``samples``: pairs of Unix seconds and the risk from then on, in order. ``events``: when something scored."""

    samples: Sequence[tuple[float, int]]
    events: Sequence[float]
    start: float
    end: float
    zone: ZoneInfo

    @property
    def highest(self) -> int:
        return max([risk for _, risk in self.samples] or [0])

    def share(self, moment: float) -> float:
        """How far it lies from the start (0) to the end (1)."""
        return min(1.0, max(0.0, (moment - self.start) / max(self.end - self.start, 1.0)))

    def scale(self) -> list[int]:
        """Round numbers from 0 up to the highest or above it."""
        step = round_step(self.highest)
        return list(range(0, max(step, ceil(self.highest / step) * step) + 1, step))

    def clock(self, *, most: int = 10) -> Iterator[tuple[float, str]]:
        """Round times of day between start and end, at most ``most`` steps, each with how it is written."""
        span = max(self.end - self.start, 1.0)
        step = next((step for step in _STEPS if span / step <= most), span / 5)
        offset = datetime.fromtimestamp(self.start, timezone.utc).astimezone(self.zone).utcoffset()
        shift = offset.total_seconds() if offset else 0.0
        moment = ceil((self.start + shift) / step) * step - shift
        while moment <= self.end:
            local = datetime.fromtimestamp(moment, timezone.utc).astimezone(self.zone)
            yield moment, f"{local:%H:%M}"
            moment += step


def thinned(samples: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """At most twice ``MOST_POINTS``: of a long session's, the highest and the last of each stretch."""
    if len(samples) <= MOST_POINTS:
        return list(samples)
    size = ceil(len(samples) / MOST_POINTS)
    kept = []
    for first in range(0, len(samples), size):
        stretch = samples[first : first + size]
        kept += sorted({max(stretch, key=lambda sample: sample[1]), stretch[-1]})
    return kept
