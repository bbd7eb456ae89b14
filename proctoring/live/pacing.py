"""How often each connected page is asked for a picture: as the exam says, unless the workers cannot keep up.

One for each web process, on its event loop: it sees how long the frames of its own sessions wait and how many are
finished, wherever the workers are, and shares that out among its own sessions (``throttle``, ``shares``). Whoever gets
fewer pictures than the exam asks for has that in their log (``slowdowns``).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from proctoring.live import presence
from proctoring.live.shares import FLOOR, FULL, Kind, share
from proctoring.live.throttle import LOW, Reading, Throttle
from proctoring.live.timetable import Timetable
from proctoring.live.waits import Waits

READ_SECONDS = 0.5
# A frame that waits longer came together with others. Where the pace is lowered, the next comes later by the rest of
# the wait: whoever has one under way asks for no other, so whatever is asked for, no line grows.
TOGETHER_SECONDS = 0.1
# A picture that comes so much later than asked for, in parts of the interval, is merely on its way for so long: the
# next is due by when it was asked for, or each would come later by another journey, and the rate would never be met.
ON_TIME = 0.5
MAY_MOVE = 0.5  # in parts of the interval: how much sooner or later than in turn the next picture may be asked for
# Whoever is watched as the exam says keeps an even pace, unless so many more come at that moment than usual.
CROWDED = 1.5
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

    @property
    def exam_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the sessions: how many, how many of them get fewer frames than their exams ask for, and frames a second
    of all of them together."""

    sessions: int = 0
    slowed: int = 0
    wanted: float = 0.0
    granted: float = 0.0

    def __add__(self, other: Part) -> Part:
        return Part(
            self.sessions + other.sessions,
            self.slowed + other.slowed,
            self.wanted + other.wanted,
            self.granted + other.granted,
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """``wanted`` and ``granted``: frames a second of all sessions together. ``slowed``: sessions that get fewer than
    their exam asks for. ``limit``: what is shared out; None while everything can be looked at. ``by_exam``: while some
    are slowed, the same by exam; None is that of practice runs."""

    sessions: int = 0
    slowed: int = 0
    wanted: float = 0.0
    granted: float = 0.0
    limit: float | None = None
    busy: bool = False
    by_exam: Mapping[int | None, Part] = field(default_factory=dict)


class Pacer:
    def __init__(self, sessions: Callable[[], Iterable[Paced]], clock: Callable[[], float] = time.monotonic) -> None:
        self._sessions = sessions
        self._clock = clock
        self._throttle = Throttle()
        self._shares = FULL
        self._figures = Figures()
        self._slowed_at: float | None = None
        self._waits = Waits(clock())
        self._timetable = Timetable()
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

    def wait(self, session: Paced, *, age: float, late: float | None, waited: float) -> float:
        """Seconds until the picture after one that came ``age`` seconds ago is wanted. That one came so much ``late``
        after it was wanted (None: it was not asked for) and has ``waited`` for a worker."""
        now, rate = self._clock(), self.rate(session)
        interval = 1 / rate
        if session.keeps_own:
            return max(0.0, interval - age)
        if late is not None and not 0 <= late <= ON_TIME * interval:
            late = None
        wished = now - age - (late or 0.0) + interval
        slowed = rate < session.wanted_rate
        if slowed:
            wished += max(0.0, waited - TOGETHER_SECONDS)
        due = self._timetable.place(
            session,
            max(now, wished),
            now=now,
            earlier=min(MAY_MOVE * interval, interval - 1 / session.wanted_rate),
            later=MAY_MOVE * interval,
            rate=self._granted() * (1.0 if slowed or late is None else CROWDED),
        )
        return max(0.0, due - now)

    def judged(self, *, took: float, waited: float, lag: float, interval: float) -> None:
        """A worker has looked at a frame of a session whose frames come every ``interval`` seconds. It ``took`` that
        long; in it, the frame ``waited`` for the worker and, at the end, the verdict had a ``lag`` in getting back."""
        now = self._clock()
        if self._came_without_workers(now, waited):
            return
        waits = self._waits
        if not waits.finished:
            waits.since = max(waits.since, now - took)  # before it there may have been nothing to do
        waits.add(came=now - took, took=took, waited=waited, lag=lag, interval=interval)
        if now - waits.since >= READ_SECONDS:
            self._read(now)

    def _came_without_workers(self, now: float, waited: float) -> bool:
        """Whether a frame came while no worker was there: that says nothing of how much they bear, and when they are
        back, everybody is to be watched again at once."""
        if now - self._judged_at > AWAY_SECONDS:
            self._back_at = now - AT_ONCE_SECONDS
        self._judged_at = now
        if now - waited >= self._back_at:
            return False
        self._waits = Waits(now)
        return True

    def _granted(self) -> float:
        """Frames a second that are asked for altogether, roughly."""
        limit = self._throttle.limit
        return self._figures.wanted if limit is None else limit

    def figures(self) -> Figures:
        """As of the last frame, from any thread; nothing once no frame has come for a while."""
        return self._figures if self._clock() - self._waits.since < STALE_SECONDS else Figures()

    def _read(self, now: float) -> None:
        by_exam = Counter(
            (session.exam_id, Kind(session.wanted_rate, session.at_risk, session.least))
            for session in self._sessions()
            if session.sends
        )
        everybody: Counter[Kind] = Counter()
        for (_, kind), number in by_exam.items():
            everybody[kind] += number
        wanted = FULL.total(everybody)
        if self._waits.finished or not wanted:
            self._throttle.take(self._reading(now, wanted, everybody))
        limit = self._throttle.limit
        self._shares = FULL if limit is None else share(limit, everybody)
        self._waits = self._waits.next(now)
        self._figures = self._told(now, wanted, everybody, by_exam)

    def _reading(self, now: float, wanted: float, everybody: Counter[Kind]) -> Reading:
        waits = self._waits
        frames = max(1, waits.finished)
        return Reading(
            at=now,
            seconds=now - waits.since,
            finished=waits.finished,
            pressure=(waits.queued + waits.lagged) / frames,
            looking=waits.looking,
            borne=waits.borne,
            busy_seconds=waits.busy_seconds,
            demand=wanted,
            sessions=everybody.total(),
            least=sum(min(kind.wanted, kind.least) * number for kind, number in everybody.items()),
            floor=sum(min(kind.wanted, max(FLOOR, kind.least)) * number for kind, number in everybody.items()),
            queued=waits.queued / frames > LOW,
        )

    def _told(
        self, now: float, wanted: float, everybody: Counter[Kind], by_exam: Counter[tuple[int | None, Kind]]
    ) -> Figures:
        rates = {kind: self._shares.rate(kind.wanted, at_risk=kind.at_risk, least=kind.least) for kind in everybody}
        slowed = sum(number for kind, number in everybody.items() if rates[kind] < kind.wanted)
        parts: dict[int | None, Part] = {}
        if slowed:
            self._slowed_at = now
            for (exam_id, kind), number in by_exam.items():
                rate = rates[kind]
                part = Part(number, number * (rate < kind.wanted), number * kind.wanted, number * rate)
                parts[exam_id] = parts.get(exam_id, Part()) + part
        return Figures(
            sessions=everybody.total(),
            slowed=slowed,
            wanted=wanted,
            granted=self._shares.total(everybody),
            limit=self._throttle.limit,
            busy=self._slowed_at is not None and now - self._slowed_at < BUSY_SECONDS,
            by_exam=parts,
        )


def connected_sessions() -> Iterable[Paced]:
    """Of this process."""
    return [page.live.pace for page in presence.connected.values() if page.admitted]


pacer = Pacer(connected_sessions)
