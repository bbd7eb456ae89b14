"""A picture that stands still, or that comes again: a stuck camera, a photograph, a recording played in a loop.

A living person is never in the same picture twice, not to within what encoding a picture again changes. So pictures
with a face in view are compared by their fingerprints (``proctoring.vision.fingerprint``), with those of the last
seconds; others only byte by byte, since an empty room may well look the same for minutes.

Measured on the clips of people, at every lag from 0.3 s to their ends: two different pictures of one never differ by
less than 0.0147 (two people far from a surveillance camera, 0.3 s apart) or, 0.8 s apart and more, 0.023; at webcams
by 0.022 and more. The same picture encoded twice, with sensor noise of σ = 4 on top: at most 0.012. Encoded once more
at another quality it differs by up to 0.018 and may pass for another picture: then the loop is missed.
"""

from __future__ import annotations

import base64
from collections import Counter, deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from proctoring.live import ledger
from proctoring.observation import Observation

Numbers = NDArray[np.int16]

UNIT = 1024  # as in proctoring.vision.fingerprint, which only workers can import
MOST_CHANGED = 9  # of 432 blocks: where a person moves, only few do
SAME = 0.012  # standard deviations of the picture, mean of the blocks that differ most
# In a loop the picture moves on and comes back. One that is as close to its own neighbours as to an earlier one is a
# scene without movement.
CLOSER_THAN_NEIGHBOURS = 0.5
# Noticed within ten seconds also at one picture a second, or with a few late ones.
FROZEN_SECONDS = 8.0
LATE_TIMES = 1.5  # a page slowed to less than a picture in eight seconds still sends a row of them
WINDOW_SECONDS = 20.0  # a loop longer than that is not noticed
SHORTEST_LOOP_SECONDS = 0.8
REPEATS = 2  # pictures seen before, each a different one: a driver that hands out an old picture once is no loop
REPEATS_WITHIN_SECONDS = 20.0
MOST_KEPT = 200


@dataclass(slots=True)
class _Seen:
    """``apart``: how much the picture differs from its nearer neighbour in time."""

    at: float
    numbers: Numbers
    apart: float


class Repetition:
    """Of the pictures from when they began to come until they stop. Times are Unix seconds."""

    def __init__(self) -> None:
        self._newest: float | None = None
        self._still_since: float | None = None
        self._still: Numbers | None = None
        self._still_said = False
        self._seen: deque[_Seen] = deque(maxlen=MOST_KEPT)
        self._repeats: deque[tuple[float, float]] = deque()
        self._loop_said = False

    @property
    def warnings(self) -> tuple[str, ...]:
        """What holds now, as codes for the pages."""
        return (*(["frozen"] if self._still_said else []), *(["repeats"] if self._loop_said else []))

    def picture(
        self, at: float, observation: Observation, *, identical: bool, asked: float = 0.0
    ) -> list[ledger.Entry]:
        """One was taken at ``at``; ``identical``: byte for byte the one before; ``asked``: seconds from one to the next
        that the page was asked for. What is to be recorded."""
        before = self._newest
        if before is not None and at <= before:
            return []
        self._newest = at
        numbers = numbers_of(observation)
        missing = before is None or at - before > max(FROZEN_SECONDS, LATE_TIMES * asked)
        return [*self._frozen(at, numbers, identical=identical, missing=missing), *self._loop(at, numbers)]

    def _frozen(self, at: float, numbers: Numbers | None, *, identical: bool, missing: bool) -> list[ledger.Entry]:
        alike = numbers is not None and self._still is not None and difference(numbers, self._still) <= SAME
        if self._still_since is None or missing or not (identical or alike):
            self._still_since, self._still, self._still_said = at, numbers, False
            return []
        if self._still_said or at - self._still_since < FROZEN_SECONDS:
            return []
        self._still_said = True
        return [ledger.picture_frozen(at - self._still_since, identical=identical)]

    def _loop(self, at: float, numbers: Numbers | None) -> list[ledger.Entry]:
        while self._seen and at - self._seen[0].at > WINDOW_SECONDS:
            self._seen.popleft()
        while self._repeats and at - self._repeats[0][0] > REPEATS_WITHIN_SECONDS:
            self._repeats.popleft()
        self._loop_said = self._loop_said and bool(self._repeats)
        if numbers is None:
            return []
        apart = np.inf
        if self._seen:
            newest = self._seen[-1]
            apart = difference(numbers, newest.numbers)
            newest.apart = min(newest.apart, apart)
        lag = self._lag(at, numbers, apart)
        self._seen.append(_Seen(at, numbers, apart))
        if lag is None:
            return []
        self._repeats.append((at, lag))
        if self._loop_said or len({round(when - ago, 3) for when, ago in self._repeats}) < REPEATS:
            return []
        self._loop_said = True
        return [ledger.picture_repeats(len(self._repeats), at - self._repeats[0][0], self._usual_lag())]

    def _lag(self, at: float, numbers: Numbers, apart: float) -> float | None:
        """How long ago this very picture was shown, though another came in between; None when it was not."""
        if not SAME < apart < np.inf:
            return None
        earlier = [
            one
            for one in list(self._seen)[:-1]
            if at - one.at >= SHORTEST_LOOP_SECONDS - 1e-6 and SAME < one.apart < np.inf
        ]
        if not earlier:
            return None
        differences = np.abs(np.array([one.numbers for one in earlier]) - numbers)
        # The mean of nine is at least a ninth of the largest: few pictures come so near that it has to be looked at.
        for place in np.flatnonzero(differences.max(axis=1) <= MOST_CHANGED * SAME * UNIT):
            most = _most(differences[place])
            if most <= min(SAME, CLOSER_THAN_NEIGHBOURS * min(apart, earlier[place].apart)):
                return at - earlier[int(place)].at
        return None

    def _usual_lag(self) -> float:
        lags = Counter(round(lag, 1) for _, lag in self._repeats)
        return min(lags, key=lambda lag: (-lags[lag], lag))


def numbers_of(observation: Observation) -> Numbers | None:
    """The fingerprint of a picture that can be compared; None without a person in it, or where little can be seen."""
    quality = observation.quality
    if not observation.fingerprint or not observation.faces or quality.dark or quality.covered:
        return None
    return np.frombuffer(base64.b64decode(observation.fingerprint), "<i2")


def difference(one: Numbers, other: Numbers) -> float:
    return _most(np.abs(one - other))


def _most(differences: Numbers) -> float:
    return float(np.partition(differences, -MOST_CHANGED)[-MOST_CHANGED:].mean()) / UNIT
