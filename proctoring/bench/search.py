"""The most candidates that are held: growing numbers until one is too many, then halving the gap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

MAX_P95_MS = 500.0
MAX_DROPPED = 0.01
FINEST_STEP = 2


@dataclass(frozen=True, slots=True)
class LevelResult:
    """``cpu_ms``: by stage and analysed frame. ``cpu_seconds`` and ``memory_mib``: of the processes.
    ``remote_ms``: what the way to workers over Redis and back took beside the looking, waiting for them included."""

    candidates: int
    seconds: float
    offered: int
    analysed: int
    skipped: int
    not_analysed: dict[str, int]
    p50_ms: float
    p95_ms: float
    p99_ms: float
    dropped_share: float
    cpu_ms: dict[str, float] = field(default_factory=dict)
    cpu_cores: dict[str, float] = field(default_factory=dict)
    memory_mib: dict[str, float] = field(default_factory=dict)
    remote_ms: dict[str, float] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        return self.analysed > 0 and self.p95_ms <= MAX_P95_MS and self.dropped_share < MAX_DROPPED


def search(run: Callable[[int], LevelResult], levels: Sequence[int], *, refine: bool) -> list[LevelResult]:
    """Every level tried, in order. Stops growing at the first that is not held; with ``refine``, goes on halving the
    gap between the best held and the worst not held down to steps of a few candidates."""
    tried = []
    for count in levels:
        tried.append(run(count))
        if not tried[-1].held:
            break
    while refine and tried:
        held = max((level.candidates for level in tried if level.held), default=0)
        failed = min((level.candidates for level in tried if not level.held), default=0)
        if failed - held <= FINEST_STEP:
            break
        tried.append(run((held + failed) // 2))
    return tried


def best(levels: Sequence[LevelResult]) -> LevelResult | None:
    return max((level for level in levels if level.held), key=lambda level: level.candidates, default=None)


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank; infinite for no values: nothing arrived."""
    if not values:
        return float("inf")
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
