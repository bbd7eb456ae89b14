"""A phone that has been seen is followed: where it was, the detector needs to be less sure to see it again.

A phone that is held turns, blurs and is half covered by fingers, so that the surest of detectors loses it for a look or
two; what it takes for a phone by mistake is rarely as sure even once. So it takes a sure look to begin with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from proctoring.observation import Box, Observation

# Intersection over union with where the phone was in the look before. Measured on stills that tremble as webcams do,
# 0.1 and 0.5 find the same; a phone that is carried across the picture is sure in some looks anyway.
NEAR = 0.3


class Followed:
    """Of one session."""

    def __init__(self, last: Iterable[Box] = ()) -> None:
        self._last = tuple(last)
        self.found: tuple[Box, ...] = ()

    def look(self, observation: Observation, *, in_view: bool) -> Observation:
        """The picture with the phones that are only seen because one was there; ``found``: these. ``in_view``: one has
        been seen, and not been gone for longer than a flicker."""
        last = self._last if in_view and observation.phones is not None else ()
        self.found = tuple(
            faint for faint in observation.faint_phones if any(faint.overlap(phone) >= NEAR for phone in last)
        )
        if not self.found:
            return observation
        return replace(observation, phones=(*(observation.phones or ()), *self.found))

    def remember(self, phones: tuple[Box, ...] | None) -> None:
        """Where those that count are; a look that finds none leaves them where they were."""
        self._last = phones or self._last

    def as_list(self) -> list[dict[str, Any]]:
        return [asdict(box) for box in self._last]

    @classmethod
    def from_list(cls, data: Iterable[Mapping[str, Any]]) -> Followed:
        return cls(Box(**box) for box in data)
