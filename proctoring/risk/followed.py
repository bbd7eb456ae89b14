"""A phone that has been seen is followed: for a moment the detector needs to be less sure to see it where it was.

A phone that is held turns, blurs and is half covered by fingers, so that the surest of detectors loses it for a look or
two; what it takes for a phone by mistake is rarely sure again and again. So nothing begins with a faint look, and
without sure ones in between nothing goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from proctoring.observation import Box, Observation
from proctoring.risk.policy import PHONE_DETECTED

# Since the last sure look. Of 391 held-out pictures with a phone, filmed for eight seconds by a camera that trembles,
# 256 were events with nothing followed, 266, 274, 279 and 281 with 0.5, 1, 1.5 and 2 seconds; of 460 others 1, 1, 2, 2
# and 3 (phone-v7). With 1.5 a second wallet of 24 became one too.
FOLLOW_SECONDS = 1.0
# Intersection over union with where the phone was in the look before; 0.1 and 0.5 found the same.
NEAR = 0.3
_EPSILON = 1e-4


class Followed:
    """Of one session. Times are Unix seconds."""

    def __init__(self) -> None:
        self._last: tuple[Box, ...] = ()
        self._sure_at: float | None = None
        self.found: tuple[Box, ...] = ()

    def look(self, time: float, observation: Observation, *, in_view: bool) -> Observation:
        """The picture with the phones that are only seen because one was there; ``found``: these. ``in_view``: one has
        been seen, and not been gone for longer than a flicker."""
        sure_at = self._sure_at if in_view and observation.phones is not None else None
        follows = sure_at is not None and time - sure_at <= FOLLOW_SECONDS + _EPSILON
        last = self._last if follows else ()
        self.found = tuple(
            faint for faint in observation.faint_phones if any(faint.overlap(phone) >= NEAR for phone in last)
        )
        if not self.found:
            return observation
        return replace(observation, phones=(*(observation.phones or ()), *self.found))

    def skip(self) -> None:
        """The picture is not taken in: nothing is followed in it."""
        self.found = ()

    def remember(self, time: float, phones: tuple[Box, ...] | None) -> None:
        """Where those that count are; a look that finds none leaves them where they were."""
        self.found = tuple(box for box in self.found if box in (phones or ()))
        if any(box not in self.found for box in phones or ()):
            self._sure_at = time
        self._last = phones or self._last

    def tell(self, measured: Mapping[str, dict[str, Any]]) -> None:
        """Say in what was measured which phones were only followed."""
        if self.found:
            measured[PHONE_DETECTED]["followed"] = [asdict(box) for box in self.found]

    def state(self) -> dict[str, Any]:
        return {"last": [asdict(box) for box in self._last], "sure_at": self._sure_at}

    @classmethod
    def restore(cls, state: Mapping[str, Any] | None) -> Followed:
        """None: of an older engine, which followed nothing."""
        followed = cls()
        if state is not None:
            followed._last = tuple(Box(**box) for box in state["last"])
            followed._sure_at = state["sure_at"]
        return followed
