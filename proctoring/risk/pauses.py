"""When the candidate need not be there: on a break that was granted, or while their exam was handed in.

Nothing scores and nothing fades meanwhile. What began in the browser during a pause and goes on after it counts from
the pause's end; what began before a pause is one stretch, however long the pause was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from proctoring.risk.stretches import Stretch

REMEMBERED = 64


class Pauses:
    """Times are Unix seconds. Pauses do not overlap one another."""

    def __init__(self, pauses: Iterable[Sequence[float]] = ()) -> None:
        self._ends: dict[float, float] = {}
        for start, end in pauses:
            self._ends[start] = end

    def put(self, start: float, end: float) -> None:
        """One from ``start`` until ``end``, which may lie ahead; again, with its true end once that is known."""
        self._ends[start] = end
        self._ends = dict(sorted(self._ends.items())[-REMEMBERED:])

    def covers(self, time: float) -> bool:
        return any(start <= time < end for start, end in self._ends.items())

    def seconds(self, since: float, until: float) -> float:
        """How much of that time was paused."""
        return sum(max(0.0, min(until, end) - max(since, start)) for start, end in self._ends.items())

    def without(self, stretches: Iterable[Stretch]) -> Iterator[Stretch]:
        """The stretches as they count."""
        for stretch in stretches:
            end = next((end for start, end in self._ends.items() if start <= stretch.start < end), None)
            if end is None:
                yield stretch
            elif stretch.end is None or stretch.end > end:
                yield replace(stretch, start=end)

    def as_list(self) -> list[list[float]]:
        return [[start, end] for start, end in self._ends.items()]
