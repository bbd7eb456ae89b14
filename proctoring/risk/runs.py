"""How long one condition has held: flicker, unknown readings, confirmation and cooldown of a single condition."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

FLICKER_SECONDS = 0.5
# Capture times are whole milliseconds: a difference below a tenth of one is rounding.
EPSILON = 1e-4


@dataclass(slots=True)
class Run:
    """One condition's run. Times are Unix seconds; ``start`` is ``None`` while there is no run.

    ``anchor`` is the moment at which the last event's limit was passed. It lies a little before the picture that showed
    it, and the next limit counts from it: so a face that stays away scores every two seconds at any frame rate.
    The cooldown counts from the event itself (``scored_at``). ``scored``: this very run has been recorded.
    ``true_looks``: how many of its readings were true.
    """

    start: float | None = None
    anchor: float | None = None
    scored_at: float | None = None
    known_at: float | None = None
    false_since: float | None = None
    false_looks: int = 0
    released_at: float | None = None
    scored: bool = False
    true_looks: int = 0
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        return self.start is not None

    @property
    def reads_true(self) -> bool:
        """The newest reading that was no "unknown" was true."""
        return self.start is not None and self.false_since is None

    def held(self, time: float) -> float:
        return 0.0 if self.start is None else time - self.start

    def age(self, time: float) -> float:
        """Seconds since the newest reading that was no "unknown"."""
        return math.inf if self.known_at is None else time - self.known_at

    def advance(self, *, time: float, reading: bool | None, tolerance: float) -> None:
        """Take in the reading of the picture captured at ``time``."""
        if self.is_open and self.age(time) > tolerance + EPSILON:
            self._end(time)
        if reading is None:
            return
        if reading:
            self._read_true(time)
        elif self.is_open:
            self._read_false(time)

    def skip(self, seconds: float) -> None:
        """Pictures were missing for ``seconds``: nothing accumulates over them."""
        if self.start is not None:
            self.start += seconds
        if self.anchor is not None:
            self.anchor += seconds

    def is_due(self, *, time: float, hold: float, cooldown: float) -> bool:
        """The condition has held longer than ``hold`` since it began or last scored, and the cooldown is over."""
        if not self.reads_true:
            return False
        cooled = self.scored_at is None or time - self.scored_at >= cooldown - EPSILON
        return cooled and time - self._since() > hold + EPSILON

    def score(self, *, time: float, hold: float) -> None:
        """An event was recorded at ``time``."""
        passed = self._since() + hold
        # A limit shorter than the frame interval or the cooldown must not pile up arrears.
        self.anchor = passed if time - passed <= hold else time
        self.scored_at, self.scored = time, True

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Run:
        return cls(**data)

    def _since(self) -> float:
        assert self.start is not None
        return self.start if self.anchor is None else max(self.start, self.anchor)

    def _read_true(self, time: float) -> None:
        if self.false_since is not None and self._was_more_than_flicker(time):
            self._end(self.false_since)
        if self.start is None:
            self.start = time
        self.known_at, self.false_since, self.false_looks = time, None, 0
        self.true_looks += 1

    def _read_false(self, time: float) -> None:
        self.known_at = time
        self.false_looks += 1
        if self.false_since is None:
            self.false_since = time
        elif self._was_more_than_flicker(time):
            self._end(self.false_since)

    def _was_more_than_flicker(self, time: float) -> bool:
        # A single look that reads false never breaks a run, however far apart the looks are.
        assert self.false_since is not None
        return self.false_looks > 1 and time - self.false_since >= FLICKER_SECONDS - EPSILON

    def _end(self, released_at: float) -> None:
        self.released_at = released_at if self.false_since is None else self.false_since
        self.start, self.false_since, self.false_looks, self.scored, self.true_looks = None, None, 0, False, 0
