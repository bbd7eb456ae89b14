"""When the candidate had left the exam page, from the browser's visibility and focus signals in whatever order.

Leaving a tab fires "hidden" and "blur", coming back "visible" and "focus"; two transports (socket and beacon) may
deliver them late or out of order. So the newest signals are kept sorted by their own time and the leavings read off:
one lasts until the page is visible *and* focused again.
"""

from __future__ import annotations

from bisect import insort_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = frozenset({"hidden", "visible", "blur", "focus"})
REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Leaving:
    """``end`` is ``None`` while the candidate has not come back."""

    start: float
    end: float | None
    kind: str

    def covers(self, time: float) -> bool:
        return self.start <= time and (self.end is None or time < self.end)

    def touches(self, time: float) -> bool:
        return self.start <= time and (self.end is None or time <= self.end)


@dataclass(slots=True)
class Page:
    """``counted`` holds the starts of the leavings that were recorded; ``hidden``, ``blurred`` and ``away_since`` are
    the state before the first remembered signal."""

    signals: list[tuple[float, str]] = field(default_factory=list)
    counted: list[float] = field(default_factory=list)
    hidden: bool = False
    blurred: bool = False
    away_since: float | None = None

    def take(self, time: float, kind: str) -> None:
        insort_right(self.signals, (time, kind), key=lambda signal: signal[0])
        while len(self.signals) > REMEMBERED:
            self._forget(*self.signals.pop(0))

    def leavings(self) -> list[Leaving]:
        """Every remembered leaving in order of time."""
        found: list[Leaving] = []
        hidden, blurred = self.hidden, self.blurred
        since, by = self.away_since, "hidden" if hidden else "blur"
        for time, kind in self.signals:
            hidden, blurred = _state_after(hidden, blurred, kind)
            if (hidden or blurred) and since is None:
                since, by = time, kind
            elif since is not None and not (hidden or blurred):
                found.append(Leaving(since, time, by))
                since = None
        if since is not None:
            found.append(Leaving(since, None, by))
        return found

    def uncounted(self) -> list[Leaving]:
        """Leavings that no recorded one overlaps: a late signal may lengthen a leaving that was already recorded."""
        return [leaving for leaving in self.leavings() if not any(map(leaving.touches, self.counted))]

    def count(self, leaving: Leaving) -> None:
        self.counted = [*self.counted[-2 * REMEMBERED :], leaving.start]

    def as_dict(self) -> dict[str, Any]:
        return {
            "signals": [list(signal) for signal in self.signals],
            "counted": list(self.counted),
            "hidden": self.hidden,
            "blurred": self.blurred,
            "away_since": self.away_since,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Page:
        return cls(**{**data, "signals": [(time, kind) for time, kind in data["signals"]]})

    def _forget(self, time: float, kind: str) -> None:
        self.hidden, self.blurred = _state_after(self.hidden, self.blurred, kind)
        if not (self.hidden or self.blurred):
            self.away_since = None
        elif self.away_since is None:
            self.away_since = time


def _state_after(hidden: bool, blurred: bool, kind: str) -> tuple[bool, bool]:
    if kind in ("hidden", "visible"):
        return kind == "hidden", blurred
    return hidden, kind == "blur"
