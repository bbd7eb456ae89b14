"""Whose frame next: the session that has waited longest since its slot was filled."""

from __future__ import annotations


class LongestWaitingFirst:
    """Round robin among sessions with a frame to look at. Not locked: the mailbox holds its lock around every call.

    A newer frame keeps the place its session already has, so sending faster wins nothing. A session whose frame is
    being looked at waits until that is done: its frames are judged in order, and never by two workers at once.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, None] = {}  # in the order in which they began to wait
        self._busy: dict[str, bool] = {}  # sessions being looked at; True: another frame lies in the slot already

    def add(self, session_id: str) -> None:
        """The session has a frame in its slot."""
        if session_id in self._busy:
            self._busy[session_id] = True
        else:
            self._waiting.setdefault(session_id)

    def next(self) -> str | None:
        """The session to serve now, from here on busy; None when nobody waits."""
        if not self._waiting:
            return None
        session_id = next(iter(self._waiting))
        del self._waiting[session_id]
        self._busy[session_id] = False
        return session_id

    def done(self, session_id: str) -> bool:
        """The session is no longer busy. True when it goes on waiting with another frame."""
        again = self._busy.pop(session_id, False)
        if again:
            self._waiting.setdefault(session_id)
        return again

    def give_back(self, session_id: str) -> None:
        """The session is no longer busy and nobody has looked: it is the next."""
        self._busy.pop(session_id, None)
        self._waiting = {session_id: None, **self._waiting}

    def waiting(self) -> int:
        """How many sessions could be served now."""
        return len(self._waiting)

    def remove(self, session_id: str) -> None:
        """The session's slot is empty again."""
        self._waiting.pop(session_id, None)
        if session_id in self._busy:
            self._busy[session_id] = False

    def busy(self) -> int:
        """How many sessions have a frame that is being looked at."""
        return len(self._busy)
