"""From when to when something held in the browser, read off its signals in whatever order they come.

Leaving a tab fires "hidden" and "blur", coming back "visible" and "focus"; two transports (socket and beacon) may
deliver them late or out of order. So the newest signals are kept sorted by their own time and the stretches read off:
one begins when something begins to hold, and lasts until nothing holds any more.
"""

from __future__ import annotations

from bisect import insort_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Stretch:
    """``kind`` is the signal that began it; ``end`` is ``None`` while it lasts."""

    start: float
    end: float | None
    kind: str

    def covers(self, time: float) -> bool:
        return self.start <= time and (self.end is None or time < self.end)

    def touches(self, time: float) -> bool:
        return self.start <= time and (self.end is None or time <= self.end)


@dataclass(slots=True)
class Stretches:
    """``pairs``: the signals that begin something, each with the one that ends it. ``counted`` holds the starts of the
    stretches that were recorded; ``holding`` and ``since`` are the state before the first remembered signal."""

    pairs: Mapping[str, str]
    signals: list[tuple[float, str]] = field(default_factory=list)
    counted: list[float] = field(default_factory=list)
    holding: list[str] = field(default_factory=list)
    since: float | None = None

    def knows(self, kind: str) -> bool:
        return kind in self.pairs or kind in self.pairs.values()

    def take(self, time: float, kind: str) -> None:
        insort_right(self.signals, (time, kind), key=lambda signal: signal[0])
        while len(self.signals) > REMEMBERED:
            self._forget(*self.signals.pop(0))

    def all(self) -> list[Stretch]:
        """Every remembered stretch in order of time."""
        return read_off(self.pairs, self.signals, holding=self.holding, since=self.since)

    def uncounted(self) -> list[Stretch]:
        """Those that no recorded one overlaps: a late signal may lengthen a stretch that was already recorded."""
        return [stretch for stretch in self.all() if not any(map(stretch.touches, self.counted))]

    def count(self, stretch: Stretch) -> None:
        self.counted = [*self.counted[-2 * REMEMBERED :], stretch.start]

    def as_dict(self) -> dict[str, Any]:
        return {
            "signals": [list(signal) for signal in self.signals],
            "counted": list(self.counted),
            "holding": list(self.holding),
            "since": self.since,
        }

    @classmethod
    def from_dict(cls, pairs: Mapping[str, str], data: Mapping[str, Any]) -> Stretches:
        if "away_since" in data:  # the first form of the state, of a session that was running when this one came
            holding = [kind for kind, name in (("hidden", "hidden"), ("blur", "blurred")) if data[name]]
            data = {**data, "holding": holding, "since": data["away_since"]}
        return cls(
            pairs=pairs,
            signals=[(time, kind) for time, kind in data["signals"]],
            counted=list(data["counted"]),
            holding=list(data["holding"]),
            since=data["since"],
        )

    def _forget(self, time: float, kind: str) -> None:
        self.holding = _after(self.pairs, self.holding, kind)
        if not self.holding:
            self.since = None
        elif self.since is None:
            self.since = time


def read_off(
    pairs: Mapping[str, str],
    signals: Iterable[tuple[float, str]],
    *,
    holding: Sequence[str] = (),
    since: float | None = None,
) -> list[Stretch]:
    """Every stretch in order of time; ``signals`` in that order too. ``holding`` and ``since`` as they were before."""
    found: list[Stretch] = []
    by = holding[0] if holding else ""
    for time, kind in signals:
        holding = _after(pairs, holding, kind)
        if holding and since is None:
            since, by = time, kind
        elif since is not None and not holding:
            found.append(Stretch(since, time, by))
            since = None
    if since is not None:
        found.append(Stretch(since, None, by))
    return found


def _after(pairs: Mapping[str, str], holding: Sequence[str], kind: str) -> list[str]:
    """What holds after the signal, always in the order of ``pairs``."""
    if kind in pairs:
        return [begun for begun in pairs if begun == kind or begun in holding]
    return [begun for begun in holding if pairs.get(begun) != kind]
