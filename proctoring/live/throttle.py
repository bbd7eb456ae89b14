"""How many frames a second may be asked for altogether, judged by how long frames wait. No clock, no sessions.

What the workers bear is seen when frames wait: then no worker is idle (``waits``). So nothing is limited until frames
have waited too long for ``ENTER_SECONDS`` and fewer can be looked at than are asked for. From then on a little more or
less is asked for than workers bear, so that frames wait just long enough for no worker ever to be idle. While next to
none wait, it is asked for what as many workers bear at the speed they have now, and then for more, slowly at first. The
limit is given up once it is well above what exams ask for.

``pressure`` is the mean wait in proportion to what can be borne (``waits.bearable``): 1 is as long as a frame interval.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

ENTER = 0.5  # frames that all come at once, though fewer than can be looked at, wait for half an interval at most
ENTER_SECONDS = 2.0
WISHED = 0.25  # with waits that short already, workers are never idle where pictures come evenly
LOW = 0.1  # below it there is room for more
# How much less is asked for than workers bear, by what frames wait longer than wished: at two pictures a second a
# backlog is gone within some 2.5 s, several times what it takes until a lower rate is felt, or rates would swing.
GAIN, LEAST_OF_BORNE = 0.2, 0.6

RATE_SECONDS = 3.0
ENOUGH_SECONDS = 0.5  # of them without an idle worker, to say what workers bear
KEPT_UP = 0.97  # borne of asked: a share within what is measured in three seconds
# What is asked of a page is felt when its next picture comes, so growth is by the round: as long as it takes until
# everybody was asked once, and a second at least.
SHORTEST_ROUND_SECONDS = 1.0
SLOWEST_GROWTH, FASTEST_GROWTH, GROWING = 0.02, 0.25, 1.4  # a round; by which growth itself grows in a round
KNOWN_TO_FIT = 0.9  # of what workers bear at the speed at which they look now, when some of them are idle
FELT = 0.8  # of what may be asked for
LET_GO = 1.15


@dataclass(frozen=True, slots=True)
class Reading:
    """What was seen in the ``seconds`` before ``at`` (a steady clock). ``looking``: seconds that workers had the
    ``finished`` frames; ``borne`` were finished in the ``busy_seconds`` in which no worker was idle. ``demand``: frames
    a second that exams ask for, for ``sessions`` sessions. ``least``: what is never gone below; ``floor``: unless the
    workers themselves are behind (``queued``), rather than the whole process."""

    at: float
    seconds: float
    finished: int
    pressure: float
    demand: float
    sessions: int
    looking: float = 0.0
    borne: int = 0
    busy_seconds: float = 0.0
    least: float = 0.0
    floor: float = 0.0
    queued: bool = True


class Throttle:
    """``limit``: frames a second; None while everything that is asked for can be looked at."""

    def __init__(self) -> None:
        self.limit: float | None = None
        self._readings: deque[Reading] = deque()
        self._above_since: float | None = None
        self._growth = SLOWEST_GROWTH
        self._borne = 0.0  # frames a second; 0 while that is not known
        self._at_once = 0.0  # frames that workers have at the same time when none is idle

    def take(self, reading: Reading) -> None:
        self._readings.append(reading)
        while self._readings[0].at < reading.at - RATE_SECONDS:
            self._readings.popleft()
        self._learn()
        if self.limit is None:
            self._enter(reading)
        elif reading.demand * LET_GO <= self.limit:
            self.limit, self._above_since = None, None
        elif reading.pressure > WISHED:
            self._growth = SLOWEST_GROWTH
            self.limit = asked(self._bears(), reading)
        else:
            self._raise(reading, self.limit)

    def _learn(self) -> None:
        """What was finished while no worker was idle, if that was seen for long enough lately."""
        busy = [reading for reading in self._readings if reading.busy_seconds]
        seconds = sum(reading.busy_seconds for reading in busy)
        self._borne = 0.0
        if seconds >= ENOUGH_SECONDS:
            self._borne = sum(reading.borne for reading in busy) / seconds
            looking = sum(reading.looking for reading in busy) / sum(reading.finished for reading in busy)
            self._at_once = self._borne * looking

    def _bears(self) -> float:
        """Frames a second that can be looked at, where frames wait. If they don't wait for a worker, then whatever is
        late with them would be later with more."""
        if self._borne:
            return self._borne
        late = [reading for reading in self._readings if reading.pressure > WISHED]
        return sum(reading.finished for reading in late) / sum(reading.seconds for reading in late)

    def _enter(self, reading: Reading) -> None:
        if reading.pressure < ENTER:
            self._above_since = None
            return
        if self._above_since is None:
            self._above_since = reading.at - reading.seconds
        bears = self._bears()
        if reading.at - self._above_since >= ENTER_SECONDS and bears < KEPT_UP * reading.demand:
            self.limit, self._growth = asked(bears, reading), SLOWEST_GROWTH

    def _raise(self, reading: Reading, limit: float) -> None:
        if reading.pressure > LOW:
            self.limit = asked(self._borne, reading) if self._borne else limit
            return
        self.limit = max(limit, KNOWN_TO_FIT * self._would_bear(reading))
        if reading.finished < FELT * limit * reading.seconds:
            return  # pages that were asked for few pictures have not come yet: that none waits says nothing of more
        rounds = min(1.0, reading.seconds / round_of(reading, limit))
        self.limit = max(self.limit, limit * (1 + self._growth * rounds))
        self._growth = min(FASTEST_GROWTH, self._growth * GROWING**rounds)

    def _would_bear(self, reading: Reading) -> float:
        """Frames a second that as many workers could look at as fast as they do now; 0 while that is not known."""
        return self._at_once * reading.finished / reading.looking if reading.looking else 0.0


def round_of(reading: Reading, limit: float) -> float:
    """Seconds until everybody was asked for a picture once."""
    return max(SHORTEST_ROUND_SECONDS, reading.sessions / limit)


def asked(bears: float, reading: Reading) -> float:
    """Frames a second to ask for where workers bear so many: fewer the longer frames wait, more where workers might
    idle."""
    change = GAIN * (WISHED - reading.pressure) / round_of(reading, bears)
    wished = bears * max(LEAST_OF_BORNE, 1 + change)
    return max(wished, reading.least if reading.queued else min(bears, reading.floor))
