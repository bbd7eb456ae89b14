"""Shares with their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z95 = 1.959964  # two-sided 95 % of the normal distribution


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``total``; ``low`` and ``high`` bound the true share with 95 % confidence."""

    count: int
    total: int

    @property
    def value(self) -> float:
        return self.count / self.total if self.total else math.nan

    @property
    def low(self) -> float:
        return wilson(self.count, self.total)[0]

    @property
    def high(self) -> float:
        return wilson(self.count, self.total)[1]

    def as_dict(self) -> dict[str, float | int | None]:
        value = None if not self.total else round(self.value, 5)
        return {
            "count": self.count,
            "total": self.total,
            "share": value,
            "low": round(self.low, 5),
            "high": round(self.high, 5),
        }

    def __str__(self) -> str:
        return percent(self.value)

    @property
    def span(self) -> str:
        return "–" if not self.total else f"{100 * self.low:.1f}–{100 * self.high:.1f} %"


def wilson(count: int, total: int) -> tuple[float, float]:
    """Bounds of Wilson's score interval (Wilson 1927), 95 %; it holds near 0 and 1, where the textbook one fails."""
    if total == 0:
        return 0.0, 1.0
    share, square = count / total, Z95**2
    middle = (share + square / (2 * total)) / (1 + square / total)
    reach = Z95 * math.sqrt(share * (1 - share) / total + square / (4 * total**2)) / (1 + square / total)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def at_most_per_hour(events: int, hours: float) -> float:
    """Upper 95 % bound (one-sided) of a Poisson rate after ``events`` in ``hours``; infinite without any time.

    Found by bisection on the Poisson distribution: the rate at which so few events or fewer have a chance of 5 %.
    """
    if hours <= 0:
        return math.inf
    low, high = 0.0, 10.0 * (events + 3)
    for _ in range(60):
        mean = (low + high) / 2
        chance = math.exp(-mean) * math.fsum(mean**n / math.factorial(n) for n in range(events + 1))
        low, high = (mean, high) if chance > 0.05 else (low, mean)
    return high / hours


def percent(share: float, digits: int = 1) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.{digits}f} %"
