"""What a run came to: a line for each kill, a table by part, and the same as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

LIMIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Kill:
    """Seconds: ``at`` since the exam began, ``away`` from the kill until the part was back, ``watched`` from then until
    a picture sent by each candidate since had been looked at. ``load``: of the computer, over the last minute."""

    number: int
    kind: str
    what: str
    at: float
    away: float
    watched: float
    load: float

    def line(self, of: int) -> str:
        minutes, rest = divmod(self.at, 60)
        return (
            f"{self.number:4}/{of}  {minutes:3.0f}:{rest:04.1f}  {self.what} killed; back after {self.away:.1f} s, "
            f"everybody watched again {self.watched:.1f} s later"
        )


@dataclass(slots=True)
class Report:
    seed: int
    candidates: int
    kills: list[Kill] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    counted: dict[str, Any] = field(default_factory=dict)

    def late(self, limit: float) -> list[Kill]:
        return [kill for kill in self.kills if kill.watched > limit]

    def by_part(self) -> dict[str, dict[str, float]]:
        parts: dict[str, dict[str, float]] = {}
        for kind in dict.fromkeys(kill.kind for kill in sorted(self.kills, key=lambda kill: kill.kind)):
            seconds = [kill.watched for kill in self.kills if kill.kind == kind]
            parts[kind] = {
                "kills": len(seconds),
                "median_seconds": round(statistics.median(seconds), 2),
                "worst_seconds": round(max(seconds), 2),
                "longest_away_seconds": round(max(kill.away for kill in self.kills if kill.kind == kind), 2),
            }
        return parts

    def as_dict(self, limit: float) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "candidates": self.candidates,
            "limit_seconds": limit,
            "parts": self.by_part(),
            "late": [kill.number for kill in self.late(limit)],
            "lost": self.lost,
            "counted": self.counted,
            "kills": [asdict(kill) for kill in self.kills],
        }

    def lines(self, limit: float) -> Sequence[str]:
        table = [
            f"{'part':22} {'kills':>5} {'median':>8} {'worst':>8}   seconds from its return until all were watched"
        ]
        for kind, figures in self.by_part().items():
            table.append(
                f"{kind:22} {figures['kills']:5} {figures['median_seconds']:8.2f} {figures['worst_seconds']:8.2f}"
            )
        counted = ", ".join(f"{number:,} {what}" for what, number in self.counted.items() if isinstance(number, int))
        late = self.late(limit)
        ending = [f"Checked: {counted}"]
        ending += [f"LATE: kill {kill.number} ({kill.what}), {kill.watched:.1f} s" for kill in late]
        ending += [f"LOST OR WRONG: {each}" for each in self.lost[:50]]
        if not self.lost:
            ending.append("Everything that was acknowledged is there, once, and every chain and picture verifies")
        if not late:
            ending.append(f"Everybody was watched again within {limit:g} s each time")
        return [*table, *ending]
