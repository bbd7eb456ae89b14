"""What every pool shares: a slot for each session, a verdict for each frame, and how the detectors fared."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

from proctoring.analysis.mailbox import Job, Mailbox
from proctoring.analysis.metrics import Metrics
from proctoring.analysis.restarts import Strikes
from proctoring.analysis.verdict import (
    NOT_READY,
    WORKER_DIED,
    WORKER_FAILED,
    WORKER_HUNG,
    Analysed,
    NotAnalysed,
    Rejected,
    Verdict,
)

if TYPE_CHECKING:
    from proctoring.observation import Looks, Measured
    from proctoring.vision.config import DetectorStatus

logger = logging.getLogger(__name__)

# What a worker's own log tells without saying whose frame it was, which it does not know.
TOLD = {
    WORKER_FAILED: "The analysis of a frame failed; the worker's log says why",
    WORKER_HUNG: "No verdict on a frame came in time",
}


class Pool(Protocol):
    """What the rest of the site needs of one, wherever its workers are."""

    metrics: Metrics
    mailbox: Mailbox
    known: threading.Event
    detectors: tuple[DetectorStatus, ...]
    last_error: str

    def start(self) -> None: ...

    def stop(self) -> None: ...

    async def submit(self, session_id: str, jpeg: bytes, looks: Looks, known: Measured | None = None) -> Verdict: ...

    def state(self) -> dict[str, Any]: ...


class PoolBase:
    """``timeout``: seconds after which a frame that nobody took or judged is answered without a verdict."""

    def __init__(self, timeout: float, metrics: Metrics) -> None:
        self.timeout = timeout
        self.metrics = metrics
        self.mailbox = Mailbox()
        self.stopping = threading.Event()
        self.known = threading.Event()  # how the first start of a worker went
        self.detectors: tuple[DetectorStatus, ...] = ()
        self.last_error = ""
        self.strikes = Strikes()

    async def submit(self, session_id: str, jpeg: bytes, looks: Looks, known: Measured | None = None) -> Verdict:
        """The verdict on one frame, always: a frame nobody takes in time is answered as well. Raises nothing."""
        loop = asyncio.get_running_loop()
        job = Job(session_id, jpeg, looks, loop.create_future(), known)
        self.metrics.count("frames_submitted")
        if self.strikes.out(session_id, time.monotonic()):
            self._count(NotAnalysed(WORKER_DIED))
            return NotAnalysed(WORKER_DIED)
        self.mailbox.put(job)
        timer = loop.call_later(self.timeout, self._give_up, job)
        try:
            verdict: Verdict = await job.future
        except asyncio.CancelledError:
            self.mailbox.withdraw(job)
            raise
        finally:
            timer.cancel()
        self._count(verdict)
        if isinstance(verdict, NotAnalysed) and verdict.reason in TOLD:
            logger.warning("%s (session %s)", TOLD[verdict.reason], session_id)
        return verdict

    def finish(self, job: Job, verdict: Verdict, waited_ms: float, cpu_ms: float = 0.0) -> None:
        """Hand on what a worker said. ``waited_ms``: how long the frame lay in its slot."""
        self.metrics.time("queue_wait", waited_ms)
        self.metrics.cpu({"worker": cpu_ms})
        if isinstance(verdict, Analysed):
            self.metrics.cpu(verdict.observation.timings)
            verdict = Analysed(verdict.observation, waited_ms)
        job.answer(verdict)

    def _give_up(self, job: Job) -> None:
        if self.mailbox.withdraw(job):
            self.metrics.time("queue_wait", (time.monotonic() - job.submitted) * 1000)
            job.answer(NotAnalysed(NOT_READY))

    def _count(self, verdict: Verdict) -> None:
        if isinstance(verdict, Analysed):
            self.metrics.count("frames_analysed")
        elif isinstance(verdict, Rejected):
            self.metrics.count("frames_rejected")
        else:
            self.metrics.count(f"frames_not_analysed_{verdict.reason}")
