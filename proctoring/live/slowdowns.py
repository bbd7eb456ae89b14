"""That a session was watched at a lower rate than its exam asks for because the server could not look at more.

Kept in the session's technical log, so that whoever reads it later knows how well the candidate was watched and that
none of it was their doing: an entry soon after it began, and one with figures when it is over.
"""

from __future__ import annotations

from dataclasses import dataclass

from proctoring.live import ledger

BLOCK_SECONDS = 10.0  # judged by the mean of that long: one late verdict is no overload
SLOWED = 0.9  # of what the exam asks for; what a busy moment costs is less
QUIET_SECONDS = 60.0  # a server that recovers for less than that was overloaded all along


@dataclass(slots=True)
class _Block:
    began: float
    newest: float
    pictures: int = 0
    seconds: float = 0.0


class Slowdowns:
    """Times are Unix seconds. ``wanted``: frames a second that the exam asks for."""

    def __init__(self, wanted: float) -> None:
        self._wanted = wanted
        self._block: _Block | None = None
        self._since: float | None = None
        self._until = 0.0
        self._seconds = 0.0
        self._pictures = 0
        self._lowest = 0.0
        self._not_counted = 0.0  # of those slowed, since they were last taken for a counter

    def asked(self, received: float, due: float) -> list[ledger.Entry]:
        """The page is asked for the picture after the one of ``received`` at ``due``; what is later than that is not
        the server's doing. What is to be recorded."""
        if self._block is None:
            self._block = _Block(received, received)
        self._block.pictures += 1
        self._block.seconds += due - received
        self._block.newest = received
        return self._close(self._block) if self._block.seconds >= BLOCK_SECONDS else []

    def pause(self) -> None:
        """No pictures are expected for a while; what went before is not judged with what comes after."""
        self._block = None

    def end(self) -> list[ledger.Entry]:
        """The connection is gone, or the session over: what is still to be recorded."""
        said = []
        if self._block is not None and self._block.seconds >= BLOCK_SECONDS / 2:
            said = self._close(self._block)
        self._block = None
        return said + self._over()

    def take_seconds(self) -> int:
        """Whole seconds slowed since this was asked last."""
        whole = int(self._not_counted)
        self._not_counted -= whole
        return whole

    def _close(self, block: _Block) -> list[ledger.Entry]:
        self._block = None
        rate = block.pictures / block.seconds
        if rate >= SLOWED * self._wanted:
            quiet = self._since is not None and block.newest - self._until >= QUIET_SECONDS
            return self._over() if quiet else []
        began = self._since is None
        if self._since is None:
            self._since, self._lowest = block.began, rate
        self._until, self._lowest = block.newest, min(self._lowest, rate)
        self._seconds += block.seconds
        self._not_counted += block.seconds
        self._pictures += block.pictures
        return [ledger.overloaded(rate, wanted=self._wanted, since=self._since)] if began else []

    def _over(self) -> list[ledger.Entry]:
        since, self._since = self._since, None
        if since is None:
            return []
        entry = ledger.was_overloaded(
            since=since,
            until=self._until,
            seconds=self._seconds,
            mean=self._pictures / self._seconds,
            lowest=self._lowest,
            wanted=self._wanted,
        )
        self._seconds, self._pictures = 0.0, 0
        return [entry]
