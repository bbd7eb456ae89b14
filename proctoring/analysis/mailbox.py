"""One slot per session; the newest frame wins."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from proctoring.analysis.scheduler import LongestWaitingFirst
from proctoring.analysis.verdict import STOPPED, SUPERSEDED, Analysed, NotAnalysed, Verdict

if TYPE_CHECKING:
    from proctoring.observation import Looks, Measured


@dataclass(eq=False, slots=True)
class Job:
    """One frame on its way to a worker, and where the verdict is waited for."""

    session_id: str
    jpeg: bytes
    looks: Looks
    future: asyncio.Future[Verdict]
    known: Measured | None = None
    submitted: float = field(default_factory=time.monotonic)

    def answer(self, verdict: Verdict) -> None:
        """Hand the verdict to the event loop that asked; callable from any thread. A second answer is ignored."""
        if isinstance(verdict, Analysed):
            verdict = replace(verdict, answered=time.monotonic())
        with contextlib.suppress(RuntimeError):  # that loop is closed: whoever asked is gone
            self.future.get_loop().call_soon_threadsafe(self._settle, verdict)

    def _settle(self, verdict: Verdict) -> None:
        if not self.future.done():
            self.future.set_result(verdict)


class Mailbox:
    """Between the event loops that put frames in and the threads that take them out."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._slots: dict[str, Job] = {}
        self._scheduler = LongestWaitingFirst()
        self._closed = False
        self._idle = 0  # threads that wait for a frame
        self.superseded = 0

    def put(self, job: Job) -> None:
        """Put the frame into its session's slot; one that lay there is answered as superseded, and counted."""
        with self._condition:
            closed = self._closed
            older = None if closed else self._slots.get(job.session_id)
            if not closed:
                self._slots[job.session_id] = job
                self._scheduler.add(job.session_id)
                self._condition.notify()
            if older is not None:
                self.superseded += 1
        if closed:
            job.answer(NotAnalysed(STOPPED))
        elif older is not None:
            older.answer(NotAnalysed(SUPERSEDED))

    def take(self, timeout: float) -> Job | None:
        """The next frame in fairness; waits up to ``timeout`` seconds for one. Call :meth:`done` after it."""
        with self._condition:
            session_id = self._scheduler.next()
            if session_id is None:
                self._idle += 1
                self._condition.wait(timeout)
                self._idle -= 1
                session_id = self._scheduler.next()
            return None if session_id is None else self._slots.pop(session_id)

    def take_ahead(self) -> Job | None:
        """A frame for a worker that still looks at another, at once or not at all: only one that nobody idle takes."""
        with self._condition:
            if self._scheduler.waiting() <= self._idle:
                return None
            session_id = self._scheduler.next()
            return None if session_id is None else self._slots.pop(session_id)

    def give_back(self, job: Job) -> None:
        """Nobody looked at the frame taken: it is the next, unless a newer one has come."""
        with self._condition:
            superseded = job.session_id in self._slots
            self.superseded += superseded
            closed = self._closed
            self._scheduler.give_back(job.session_id)
            if closed:
                self._scheduler.remove(job.session_id)
            else:
                self._slots.setdefault(job.session_id, job)
                self._condition.notify()
        if closed or superseded:
            job.answer(NotAnalysed(STOPPED if closed else SUPERSEDED))

    def done(self, job: Job) -> None:
        """The frame taken is judged; the session's next one may be."""
        with self._condition:
            if self._scheduler.done(job.session_id):
                self._condition.notify()

    def withdraw(self, job: Job) -> bool:
        """Take the frame back if it still lies in its slot."""
        with self._condition:
            if self._slots.get(job.session_id) is not job:
                return False
            del self._slots[job.session_id]
            self._scheduler.remove(job.session_id)
            return True

    def close(self) -> None:
        """Answer everything that waits, and every later frame, as stopped."""
        with self._condition:
            self._closed = True
            waiting = list(self._slots.values())
            for job in waiting:
                self._scheduler.remove(job.session_id)
            self._slots.clear()
            self._condition.notify_all()
        for job in waiting:
            job.answer(NotAnalysed(STOPPED))

    def longest_wait(self) -> float:
        """Seconds since the oldest frame came that lies in a slot; 0 when none does."""
        with self._condition:
            came = min((job.submitted for job in self._slots.values()), default=None)
        return 0.0 if came is None else time.monotonic() - came

    def in_hand(self) -> int:
        """Frames that lie in a slot, and sessions one of whose frames was taken and is not done."""
        with self._condition:
            return len(self._slots) + self._scheduler.busy()

    def __len__(self) -> int:
        with self._condition:
            return len(self._slots)
