"""How many frames a second may be asked for altogether, judged by how long frames wait. No clock, no sessions.

What the workers can bear is only seen when they cannot bear more: then frames wait, and those that are finished are as
many as can be. So nothing is limited until frames have waited too long for ``ENTER_SECONDS`` while fewer were finished
than asked for. From then on the limit follows what is finished, a little below it, the more so the longer frames wait;
and while next to none wait, it grows again, slowly at first. It is given up once it is well above what is asked for.

``pressure`` is the mean wait in proportion to what can be borne (``bearable``): 1 is as long as a frame interval.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

ENTER = 0.6  # frames that all come at once, though fewer than can be looked at, wait for half an interval at most
ENTER_SECONDS = 2.0
HIGH = 0.4  # above it workers are never idle: what is finished is all that can be
LOW = 0.15  # below it there is room for more
MOST_BEARABLE_SECONDS = 0.5  # however rarely an exam asks for pictures, a verdict is wanted soon

RATE_SECONDS = 3.0
KEPT_UP = 0.97  # finished of asked: a share within what is measured in three seconds
# What is asked of a page is felt when its next picture comes, so all this is by the round: as long as it takes until
# everybody was asked once, and a second at least. If the pace grew by much within one, pictures asked for before and
# after would come at the same time.
SHORTEST_ROUND_SECONDS = 1.0
SLOWEST_GROWTH, FASTEST_GROWTH, GROWING = 0.02, 0.25, 1.4  # a round; by which growth itself grows in a round
# Of what was finished when there were too many: up to the one it grows within a round, above the other by half in one,
# since workers must have become quicker or more.
KNOWN_TO_FIT, NEVER_KNOWN, AFTER_CHANGE = 0.9, 1.5, 0.5
LET_GO = 1.15


def bearable(interval: float) -> float:
    """Seconds that a frame may wait where one comes every ``interval`` seconds."""
    return min(interval, MOST_BEARABLE_SECONDS)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was seen in the ``seconds`` before ``at`` (a steady clock). ``demand``: frames a second that exams ask for,
    for ``sessions`` sessions. ``least``: what is never gone below; ``floor``: unless the workers themselves are behind
    (``queued``), rather than the whole process."""

    at: float
    seconds: float
    finished: int
    pressure: float
    demand: float
    sessions: int
    least: float = 0.0
    floor: float = 0.0
    queued: bool = True


class Throttle:
    """``limit``: frames a second; None while everything that is asked for can be looked at."""

    def __init__(self) -> None:
        self.limit: float | None = None
        self._readings: deque[Reading] = deque()
        self._above_since: float | None = None
        self._cut_at = 0.0
        self._growth = SLOWEST_GROWTH
        self._borne = 0.0  # frames a second that were finished when there were too many

    def _bears(self) -> float:
        """Frames a second that were finished lately, while workers were never idle."""
        busy = [reading for reading in self._readings if reading.pressure >= HIGH]
        return sum(reading.finished for reading in busy) / sum(reading.seconds for reading in busy)

    def take(self, reading: Reading) -> None:
        self._readings.append(reading)
        while self._readings[0].at < reading.at - RATE_SECONDS:
            self._readings.popleft()
        if self.limit is None:
            self._enter(reading)
        elif reading.demand * LET_GO <= self.limit:
            self.limit, self._above_since = None, None
        elif reading.pressure >= HIGH:
            self._cut(reading, self.limit)
        elif reading.pressure <= LOW:
            self._grow(reading, self.limit)

    def _enter(self, reading: Reading) -> None:
        if reading.pressure < ENTER:
            self._above_since = None
            return
        if self._above_since is None:
            self._above_since = reading.at - reading.seconds
        lasted = reading.at - self._above_since
        if lasted >= ENTER_SECONDS and self._bears() < KEPT_UP * reading.demand:
            self._borne = self._bears()
            self.limit = lowered(self._borne, reading)
            self._cut_at, self._growth = reading.at, SLOWEST_GROWTH

    def _cut(self, reading: Reading, limit: float) -> None:
        self._growth = SLOWEST_GROWTH
        if reading.at - self._cut_at < round_of(reading, limit):
            return  # what was cut before is not felt yet
        self._borne = self._bears()
        self.limit = lowered(max(limit, self._borne), reading)
        self._cut_at = reading.at

    def _grow(self, reading: Reading, limit: float) -> None:
        rounds = min(1.0, reading.seconds / round_of(reading, limit))
        if limit < KNOWN_TO_FIT * self._borne:
            growth = max(FASTEST_GROWTH, KNOWN_TO_FIT * self._borne / limit - 1)
        elif limit > NEVER_KNOWN * self._borne:
            growth = AFTER_CHANGE
        else:
            growth = self._growth
            self._growth = min(FASTEST_GROWTH, growth * GROWING**rounds)
        self.limit = limit * (1 + growth * rounds)


def round_of(reading: Reading, limit: float) -> float:
    """Seconds until everybody was asked for a picture once."""
    return max(SHORTEST_ROUND_SECONDS, reading.sessions / limit)


def lowered(borne: float, reading: Reading) -> float:
    """Frames a second to ask for where ``borne`` are too many, a little or much: the difference is how fast the backlog
    goes."""
    lower = borne * (0.98 - 0.2 * min(reading.pressure, 2.0))
    return max(lower, reading.least if reading.queued else min(borne, reading.floor))
