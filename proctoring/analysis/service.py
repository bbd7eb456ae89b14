"""The one analysis pool of this process: ``await analysis().submit(…)``.

Started by ``manage.py serve``, or by the first connection wherever else the site runs. Nothing here imports a model
library: those are loaded in the worker processes alone.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from proctoring.analysis.local import LocalPool, PoolConfig
from proctoring.analysis.metrics import metrics
from proctoring.analysis.pool import Pool
from proctoring.analysis.verdict import Analysed, NotAnalysed, Rejected, Verdict

if TYPE_CHECKING:
    from proctoring.observation import Looks, Measured
    from proctoring.vision.config import AnalyzerConfig, DetectorStatus

__all__ = ["Analysed", "Analysis", "NotAnalysed", "Rejected", "Verdict", "analysis", "running", "start", "stop"]

DETECTORS = ("faces", "mesh", "phone")

_lock = threading.Lock()
_running: Analysis | None = None


class Analysis:
    """What the rest of the site sees of the pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._pool.start()

    async def submit(self, session_id: str, jpeg: bytes, looks: Looks, known: Measured | None = None) -> Verdict:
        """The verdict on one JPEG. A newer frame of the same session supersedes one that still waits.

        ``known``: what was last measured of head and eyes, where it may stand.
        """
        return await self._pool.submit(session_id, jpeg, looks, known)

    def status(self) -> list[DetectorStatus]:
        """Which detectors run, and why not; empty while the first worker still loads."""
        from proctoring.vision.config import DetectorStatus

        if self._pool.detectors:
            return list(self._pool.detectors)
        if not self._pool.last_error:
            return []
        reason = f"The analysis does not start: {self._pool.last_error}"
        return [DetectorStatus(name=name, ok=False, reason=reason, model=None) for name in DETECTORS]

    def wait_until_ready(self, timeout: float) -> bool:
        """Block until a worker has loaded its models; False when one was lost over it, or after ``timeout`` seconds."""
        self._pool.known.wait(timeout)
        return bool(self._pool.detectors)

    def metrics(self) -> dict[str, Any]:
        """Counters, CPU by stage, times and the workers' state, ready for JSON."""
        mailbox = self._pool.mailbox
        waits = {"superseded": mailbox.superseded, "longest_wait_seconds": mailbox.longest_wait()}
        return {**metrics.snapshot(), **self._pool.state(), **waits}

    def workers(self) -> list[dict[str, Any]]:
        """Name, process id and state of each worker; without the figures, so cheap to ask for often."""
        workers: list[dict[str, Any]] = self._pool.state()["workers"]
        return workers

    def frames_in_hand(self) -> int:
        """Frames that wait for a worker or are looked at now."""
        return self._pool.mailbox.in_hand()

    def stop(self) -> None:
        self._pool.stop()


def start(config: AnalyzerConfig, workers: int, timeout: float = 10.0) -> Analysis:
    """Start a pool of ``workers`` processes here (0: one a core). Raises RuntimeError when one runs already."""
    return _start(lambda: LocalPool(PoolConfig(config, workers or os.cpu_count() or 1, timeout), metrics))


def start_remote(url: str, broker: str, timeout: float = 10.0) -> Analysis:
    """Have Celery workers look: frames go to ``broker``, verdicts come back over the Redis at ``url``.

    Raises RuntimeError when a pool runs already.
    """
    from proctoring.analysis.remote import RemotePool
    from proctoring.analysis.sending import Sender

    return _start(lambda: RemotePool(url=url, send=Sender(broker), timeout=timeout, metrics=metrics))


def start_as_configured() -> Analysis:
    """As PROCTOR_ANALYSIS says: worker processes here, or Celery's. Raises RuntimeError when a pool runs already."""
    from django.conf import settings

    from proctoring.analysis.config import analyzer_config

    timeout: float = settings.PROCTOR_WORKER_TIMEOUT_SECONDS
    if settings.PROCTOR_ANALYSIS == "celery":
        return start_remote(settings.PROCTOR_REDIS, settings.CELERY_BROKER_URL, timeout)
    return start(analyzer_config(), settings.PROCTOR_WORKERS, timeout)


def _start(make: Callable[[], Pool]) -> Analysis:
    global _running
    with _lock:
        if _running is not None:
            raise RuntimeError("The analysis runs already.")
        _running = Analysis(make())
        return _running


def stop() -> None:
    """End the pool; frames that wait are answered as not analysed. Nothing happens when it does not run."""
    global _running
    with _lock:
        running, _running = _running, None
    if running is not None:
        running.stop()


def running() -> Analysis | None:
    """The pool when this process runs one; starts nothing."""
    return _running


def analysis() -> Analysis:
    """The running pool; starts it as the settings say when nothing has yet."""
    if _running is not None:
        return _running
    try:
        return start_as_configured()
    except RuntimeError:
        return analysis()  # another thread was faster
