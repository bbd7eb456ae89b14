"""Pictures that did not come although the connection was open.

Nothing accumulates over a gap, so a page that sends a picture a minute would never score. No machine can tell a slow
computer from a made-up page; but a person who looks at the session is told how much was not seen.
"""

from __future__ import annotations

from proctoring.live import ledger
from proctoring.risk.policy import UNKNOWN_SECONDS

COALESCE_SECONDS = 60.0
SILENT_SECONDS = 10.0


class Gaps:
    """Times are Unix seconds. ``tolerance``: how far apart two pictures may be before pictures count as missing."""

    def __init__(self, tolerance: float) -> None:
        self._tolerance = tolerance
        self._newest: float | None = None
        self._waiting_since: float | None = None
        self._due = 0.0
        self._gaps = 0
        self._seconds = 0.0
        self._recorded_at: float | None = None

    def begin(self, now: float) -> None:
        """Pictures are expected from now on."""
        self._newest, self._waiting_since = None, now

    def pause(self) -> None:
        """None are: the page has said that its camera is off."""
        self._newest = self._waiting_since = None

    def ask(self, due: float) -> None:
        """The page was asked for its next picture at ``due``, and for none before: a server that is slow to answer, or
        asks for fewer than the exam wants, is not a page that sends too few."""
        self._due = due

    def picture(self, at: float) -> list[ledger.Entry]:
        """One was taken at ``at``. What is to be recorded."""
        before = self._newest
        if before is not None and at <= before:
            return []
        self._newest = self._waiting_since = at
        self._count(before, at)
        return self.due(at)

    def due(self, now: float, *, all_of_them: bool = False) -> list[ledger.Entry]:
        """The gaps so far as one entry: the first at once, later ones once a minute."""
        recent = self._recorded_at is not None and now - self._recorded_at < COALESCE_SECONDS
        if not self._gaps or (recent and not all_of_them):
            return []
        entry = ledger.frames_missing(self._gaps, self._seconds)
        self._gaps, self._seconds, self._recorded_at = 0, 0.0, now
        return [entry]

    def end(self, now: float | None) -> list[ledger.Entry]:
        """The connection is gone: what is still to be recorded. ``now`` is None where pictures keep another time."""
        if now is not None:
            self._count(self._newest, now)
        self._newest = self._waiting_since = None
        return self.due(now or 0.0, all_of_them=True)

    def silence(self, now: float) -> list[ledger.Entry]:
        """Once for each silence, while it lasts."""
        if self._waiting_since is None or now - max(self._waiting_since, self._due) < SILENT_SECONDS:
            return []
        entry = ledger.frames_stopped(now - self._waiting_since)
        self._waiting_since = None
        return [entry]

    def _count(self, before: float | None, now: float) -> None:
        if before is not None and now - before > max(self._tolerance, self._due - before + UNKNOWN_SECONDS):
            self._gaps += 1
            self._seconds += now - before
