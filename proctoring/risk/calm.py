"""Calm: the full seconds in which no condition held, for which temporary risk falls."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from proctoring.risk.runs import EPSILON
from proctoring.risk.stretches import Stretch


@dataclass(slots=True)
class Calm:
    """``since``: from when on nothing has held, less the seconds already paid out; ``None`` while something holds.
    ``resumed_at``: when pictures came again after some were missing."""

    since: float | None = None
    resumed_at: float | None = None

    def interrupt(self, time: float) -> None:
        """Pictures were missing until ``time``: what was begun before does not count on."""
        self.since, self.resumed_at = None, time

    def full_seconds(self, time: float, stretches: Sequence[Stretch]) -> int:
        """Pay out the full seconds up to ``time``, or up to the moment at which something began in the browser."""
        if self.since is None:
            return 0
        starts = [one.start for one in stretches if one.start < time and (one.end is None or one.end > self.since)]
        seconds = max(0, math.floor(min([time, *starts]) - self.since + EPSILON))
        self.since += seconds
        return seconds

    def break_off(self) -> None:
        """Something holds."""
        self.since = None

    def begin(self, time: float, *, let_go: Iterable[float | None], stretches: Sequence[Stretch]) -> None:
        """Nothing holds: calm since the moment at which the last condition, in picture or browser, let go."""
        if self.since is None:
            self.since = max((at for at in (*let_go, self.resumed_at) if at is not None), default=time)
        self.since = max([self.since, *(one.end for one in stretches if one.end is not None and one.end <= time)])

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Calm:
        return cls(**data)
