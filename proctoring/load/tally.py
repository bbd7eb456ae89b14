"""What a load met with: how long everything took, by what it was and when, and what failed."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

QUANTILES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}


@dataclass
class Tally:
    """``phase`` is set from outside as time goes on. ``kept``: ids of the answers that the server said it has."""

    phase: str = "starting"
    times: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: Counter[str] = field(default_factory=Counter)
    kept: set[UUID] = field(default_factory=set)
    started: int = 0
    reopened: int = 0

    def took(self, what: str, seconds: float) -> None:
        self.times[self.phase, what].append(seconds * 1000)

    def failed(self, what: str, how: str) -> None:
        self.failures[f"{what}: {how}"] += 1

    def of(self, what: str, *, phase: str | None = None) -> list[float]:
        return [
            ms for (when, kind), times in self.times.items() for ms in times if kind == what and phase in (None, when)
        ]

    def kinds(self) -> list[str]:
        return list(dict.fromkeys(kind for _, kind in self.times))


def quantile(times: Sequence[float], share: float) -> float:
    """The smallest of the times that at least ``share`` of them do not exceed."""
    ordered = sorted(times)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def summary(times: Sequence[float]) -> dict[str, float | int]:
    if not times:
        return {"count": 0}
    return {"count": len(times)} | {name: round(quantile(times, share), 1) for name, share in QUANTILES.items()}
