"""Whether a figure that was read again and again stayed where it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

ALLOWED = 0.05


@dataclass(frozen=True, slots=True)
class Trend:
    """``first`` and ``last``: means of the first and last tenth. ``line_growth``: of a straight line fitted to all,
    from its start to its end, as a share of its start; ``growth``: of the last tenth over the first."""

    readings: int
    first: float
    last: float
    lowest: float
    highest: float
    growth: float
    line_growth: float

    @property
    def flat(self) -> bool:
        """Neither the tenths nor the line rise by more than ``ALLOWED``. To fall is no fault."""
        return max(self.growth, self.line_growth) <= ALLOWED


def trend(readings: Sequence[tuple[float, float]]) -> Trend:
    """Of (moment, value), in order of time, values above 0. Raises ValueError for fewer than ten."""
    if len(readings) < 10:
        raise ValueError(f"{len(readings)} readings say nothing about a trend; ten are the fewest.")
    values = [value for _, value in readings]
    tenth = len(values) // 10
    first, last = fmean(values[:tenth]), fmean(values[-tenth:])
    start, end = line(readings)
    return Trend(
        readings=len(values),
        first=round(first, 3),
        last=round(last, 3),
        lowest=round(min(values), 3),
        highest=round(max(values), 3),
        growth=round(last / first - 1, 5),
        line_growth=round(end / start - 1, 5),
    )


def line(readings: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Where the straight line of least squares is at the first and at the last moment."""
    middle, mean = fmean(moment for moment, _ in readings), fmean(value for _, value in readings)
    spread = sum((moment - middle) ** 2 for moment, _ in readings)
    slope = sum((moment - middle) * (value - mean) for moment, value in readings) / spread if spread else 0.0
    return mean + slope * (readings[0][0] - middle), mean + slope * (readings[-1][0] - middle)
