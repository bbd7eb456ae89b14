"""One session's pace: which rate it is due, whether that may be lowered, and what it is asked for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from proctoring.live.ledger import Entry
from proctoring.live.shares import FLOOR, LEAST, LEAST_WHILE_CALIBRATING
from proctoring.live.slowdowns import Slowdowns

if TYPE_CHECKING:
    from proctoring.live.session import LiveSession

EVENT_SECONDS = 60.0
HIGH_RISK = 30  # the proctors' pages call it high from there on (static/js/proctor/words.js)
SENDING_SECONDS = 15.0  # a page that was to send a picture that long ago sends none
SLOWED_SECONDS = "slowed_seconds"  # the session's counter
ROUNDING = 1e-6


class Pace:
    """Times are Unix seconds, rates frames a second."""

    def __init__(self, live: LiveSession) -> None:
        self._live = live
        self._slowdowns = Slowdowns(live.connection.policy.frames_per_second)
        self._asked: float | None = None
        self._due = time.time()
        self.scored_at = 0.0

    @property
    def wanted_rate(self) -> float:
        """What the exam, or the check before it, asks for."""
        return 1 / self._live.frame_interval

    @property
    def keeps_own(self) -> bool:
        """A replayed clip has a time of its own and is asked for nothing."""
        return self._live.connection.kind == "replay"

    @property
    def sends(self) -> bool:
        """Pictures are expected from the page, and come."""
        live = self._live
        silent = time.time() - self._due > SENDING_SECONDS
        return live.camera_on and not (silent or live.on_break or self.keeps_own)

    @property
    def at_risk(self) -> bool:
        """Keeps its rate for as long as anybody can: something holds or has scored within a minute, the risk is high,
        or what is seen now is what later pictures are compared with."""
        live = self._live
        if live.engine is None or live.risk_total >= HIGH_RISK or time.time() - self.scored_at < EVENT_SECONDS:
            return True
        learning = live.connection.policy.needs_calibration and live.engine.neutral is None
        return learning or live.engine.something_holds

    @property
    def exam_id(self) -> int | None:
        return self._live.connection.exam_id

    @property
    def least(self) -> float:
        return LEAST_WHILE_CALIBRATING if self._live.calibrating else LEAST

    @property
    def slowed_to(self) -> float | None:
        """The rate that the page is asked for, where the exam wants a higher one; else None."""
        asked = self._asked
        return asked if asked is not None and asked < self.wanted_rate * (1 - ROUNDING) else None

    @property
    def asked_seconds(self) -> float:
        """From one picture to the next, where that is longer than the exam wants it to be; else 0. Counted is what lies
        between pictures as far apart as the floor: what is rarer than that shows nothing for certain."""
        slowed_to = self.slowed_to
        return 0.0 if slowed_to is None else min(1 / slowed_to, 1 / FLOOR)

    def late(self, received: float) -> float | None:
        """By how much a picture of ``received`` came after it was asked for; None where none was."""
        return None if self._asked is None else received - self._due

    def ask(self, rate: float, *, received: float, due: float) -> None:
        """The page is asked for its next picture at ``due``, after the one of ``received``."""
        live = self._live
        self._asked, self._due = rate, due
        if live.engine is None or self.keeps_own:
            return
        live.gaps.ask(due)
        self._record(self._slowdowns.asked(received, due), received)

    def interrupt(self) -> None:
        """Whether pictures are expected has changed."""
        self._slowdowns.pause()

    def end(self) -> None:
        """No more pictures come on this connection."""
        self._record(self._slowdowns.end(), time.time())

    def _record(self, entries: list[Entry], now: float) -> None:
        for entry in entries:
            self._live.record(entry, now=entry.detail.get("until", now))
        if seconds := self._slowdowns.take_seconds():
            self._live.count(SLOWED_SECONDS, seconds)
