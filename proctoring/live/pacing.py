"""How often each connected page is asked for a picture: as the exam says, unless the workers cannot keep up.

One for each web process, on its event loop: it sees how long the frames of its own sessions wait and how many are
finished, wherever the workers are, and shares that out among its own sessions (``throttle``, ``shares``). Whoever gets
fewer pictures than the exam asks for has that in their log (``slowdowns``).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from proctoring.live import presence
from proctoring.live.shares import FLOOR, FULL, Kind, share
from proctoring.live.throttle import LOW, Reading, Throttle, bearable

READ_SECONDS = 0.5
# On its way through the event loop a frame waits some eight times for what is ready before it: read, handed to its
# consumer, submitted, answered, sent … The way back from the worker has two of these waits, and is what is measured.
WAITS_FOR_EACH_SEEN = 4.0
# A frame that waits longer came together with others. Where the pace is lowered, the next comes later by the rest of
# the wait, and so no longer with them.
TOGETHER_SECONDS = 0.1
STALE_SECONDS = 15.0
# Nothing was looked at for longer, and the next frame that was had not come just then: no worker was there.
AWAY_SECONDS = 2.0
AT_ONCE_SECONDS = 0.1
BUSY_SECONDS = 10.0  # how long a server that slows nobody any more is still called busy, lest pages say so in turns


class Paced(Protocol):
    """A session as the pace needs it; see :class:`proctoring.live.pace.Pace`."""

    @property
    def wanted_rate(self) -> float: ...

    @property
    def keeps_own(self) -> bool: ...

    @property
    def sends(self) -> bool: ...

    @property
    def at_risk(self) -> bool: ...

    @property
    def least(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Figures:
    """``wanted`` and ``granted``: frames a second of all sessions together. ``slowed``: sessions that get fewer than
    their exam asks for. ``limit``: what is shared out; None while everything can be looked at."""

    sessions: int = 0
    slowed: int = 0
    wanted: float = 0.0
    granted: float = 0.0
    limit: float | None = None
    busy: bool = False


class Pacer:
    def __init__(self, sessions: Callable[[], Iterable[Paced]], clock: Callable[[], float] = time.monotonic) -> None:
        self._sessions = sessions
        self._clock = clock
        self._throttle = Throttle()
        self._shares = FULL
        self._figures = Figures()
        self._read_at = clock()
        self._slowed_at: float | None = None
        self._finished = 0
        self._queued = self._lagged = 0.0
        self._judged_at = self._back_at = clock()

    @property
    def busy(self) -> bool:
        """Some sessions get fewer pictures than their exams ask for, or did just now."""
        return self.figures().busy

    def rate(self, session: Paced) -> float:
        """Frames a second to ask this session for now."""
        if session.keeps_own or self._shares == FULL:
            return session.wanted_rate
        return self._shares.rate(session.wanted_rate, at_risk=session.at_risk, least=session.least)

    def interval(self, session: Paced, *, waited: float) -> float:
        """Seconds from the arrival of a frame that has ``waited`` for a worker to the one that is asked for next."""
        rate = self.rate(session)
        spread = max(0.0, waited - TOGETHER_SECONDS) if rate < session.wanted_rate else 0.0
        return 1 / rate + spread

    def judged(self, *, took: float, waited: float, lag: float, interval: float) -> None:
        """A worker has looked at a frame of a session whose frames come every ``interval`` seconds. It ``took`` that
        long; in it, the frame ``waited`` for the worker and, at the end, the verdict had a ``lag`` in getting back."""
        now = self._clock()
        if self._came_without_workers(now, waited):
            return
        if not self._finished:
            self._read_at = max(self._read_at, now - took)  # before it there may have been nothing to do
        self._finished += 1
        self._queued += waited / bearable(interval)
        self._lagged += lag * WAITS_FOR_EACH_SEEN / bearable(interval)
        if now - self._read_at >= READ_SECONDS:
            self._read(now)

    def _came_without_workers(self, now: float, waited: float) -> bool:
        """Whether a frame came while no worker was there: that says nothing of how much they bear, and when they are
        back, everybody is to be watched again at once."""
        if now - self._judged_at > AWAY_SECONDS:
            self._back_at = now - AT_ONCE_SECONDS
        self._judged_at = now
        if now - waited >= self._back_at:
            return False
        self._read_at, self._finished, self._queued, self._lagged = now, 0, 0.0, 0.0
        return True

    def figures(self) -> Figures:
        """As of the last frame, from any thread; nothing once no frame has come for a while."""
        return self._figures if self._clock() - self._read_at < STALE_SECONDS else Figures()

    def _read(self, now: float) -> None:
        everybody = Counter(
            Kind(session.wanted_rate, session.at_risk, session.least) for session in self._sessions() if session.sends
        )
        wanted = FULL.total(everybody)
        if self._finished or not wanted:
            self._throttle.take(self._reading(now, wanted, everybody))
        limit = self._throttle.limit
        self._shares = FULL if limit is None else share(limit, everybody)
        self._read_at, self._finished, self._queued, self._lagged = now, 0, 0.0, 0.0
        self._figures = self._told(now, wanted, everybody)

    def _reading(self, now: float, wanted: float, everybody: Counter[Kind]) -> Reading:
        frames = max(1, self._finished)
        return Reading(
            at=now,
            seconds=now - self._read_at,
            finished=self._finished,
            pressure=(self._queued + self._lagged) / frames,
            demand=wanted,
            sessions=everybody.total(),
            least=sum(min(kind.wanted, kind.least) * number for kind, number in everybody.items()),
            floor=sum(min(kind.wanted, max(FLOOR, kind.least)) * number for kind, number in everybody.items()),
            queued=self._queued / frames > LOW,
        )

    def _told(self, now: float, wanted: float, everybody: Counter[Kind]) -> Figures:
        rates = {kind: self._shares.rate(kind.wanted, at_risk=kind.at_risk, least=kind.least) for kind in everybody}
        slowed = sum(number for kind, number in everybody.items() if rates[kind] < kind.wanted)
        if slowed:
            self._slowed_at = now
        return Figures(
            sessions=everybody.total(),
            slowed=slowed,
            wanted=wanted,
            granted=self._shares.total(everybody),
            limit=self._throttle.limit,
            busy=self._slowed_at is not None and now - self._slowed_at < BUSY_SECONDS,
        )


def connected_sessions() -> Iterable[Paced]:
    """Of this process."""
    return [page.live.pace for page in presence.connected.values() if page.admitted]


pacer = Pacer(connected_sessions)
