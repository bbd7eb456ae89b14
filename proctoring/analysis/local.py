"""The pool on this machine: worker processes, and one supervisor thread for each."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proctoring.analysis.channel import Channel
from proctoring.analysis.mailbox import Job
from proctoring.analysis.metrics import Metrics
from proctoring.analysis.pool import PoolBase
from proctoring.analysis.restarts import RestartLimit
from proctoring.analysis.verdict import WORKER_DIED, WORKER_HUNG, Look, NotAnalysed, Reply, Started

if TYPE_CHECKING:
    from proctoring.vision.config import AnalyzerConfig

logger = logging.getLogger(__name__)

WORKER = "proctoring.analysis.worker"
ROOT = Path(__file__).resolve().parents[2]
IDLE_CHECK_SECONDS = 0.5  # how soon the death of a worker with nothing to do is noticed
START_SECONDS = 300.0  # loading the models, at the very first start also exporting one
GOODBYE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class PoolConfig:
    """``workers`` processes; a worker that takes longer than ``timeout`` seconds over a frame is replaced."""

    analyzer: AnalyzerConfig
    workers: int
    timeout: float = 10.0


class Supervisor(threading.Thread):
    """Starts one worker process, gives it frames, and replaces it when it dies or hangs.

    While the worker looks at one frame the next lies at its door already, so it never waits for this thread, which
    shares an interpreter with all that the web process does. Never more than one: in the slots newer frames win.
    """

    def __init__(self, pool: LocalPool, number: int) -> None:
        super().__init__(name=f"supervisor-{number}", daemon=True)
        self.worker_name = f"proctor-look-{number}"
        self.state = "starting"
        self.process: subprocess.Popen[bytes] | None = None
        self._pool = pool
        self._channel: Channel | None = None
        self._limit = RestartLimit()

    def run(self) -> None:
        pool = self._pool
        while not pool.stopping.is_set():
            if self.process is None and not self._start():
                continue
            job = pool.mailbox.take(IDLE_CHECK_SECONDS)
            if job is not None:
                self._serve(job)
            elif self.process is not None and self.process.poll() is not None:
                self._lose(f"ended with status {self.process.returncode}")
        self._end(GOODBYE_SECONDS)
        self.state = "stopped"

    def interrupt(self) -> None:
        """Wake the thread from waiting for its worker; called by the pool when it stops."""
        if self._channel is not None:
            self._channel.close()

    def _start(self) -> bool:
        """True when the worker is ready for frames."""
        pause = self._limit.wait(time.monotonic())
        if pause > 0:
            self.state = f"lost too often; tried again within {pause:.0f} s"
            logger.error("%s was lost too often; it is started again in %.0f s", self.worker_name, pause)
            self._pool.stopping.wait(pause)
            return False
        self._limit.restarted(time.monotonic())
        self.state = "starting"
        try:
            channel = self._begin()
            if self._pool.stopping.is_set():
                channel.close()  # interrupt() came too early to find it
            channel.send(self._pool.config.analyzer, self._pool.config.timeout)
            started: Started = channel.receive(START_SECONDS)
        except (OSError, EOFError) as error:
            self._lose(str(error) or "did not start")
            return False
        if started.error:
            self._lose(started.error)
            return False
        self.state = "ready"
        self._pool.detectors = started.detectors
        self._pool.known.set()
        return True

    def _begin(self) -> Channel:
        """A new process, and the channel to it. Raises OSError when the machine has no room for either."""
        ours, theirs = socket.socketpair()
        self._channel = Channel(ours)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  (our own module, no shell)
                [sys.executable, "-m", WORKER, str(theirs.fileno()), self.worker_name, str(os.getpid())],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        return self._channel

    def _serve(self, job: Job) -> None:
        """From one frame on, for as long as another waits."""
        if not self._hand(job):
            self._fail(job, "died over a frame", WORKER_DIED)
            return
        free = time.monotonic()
        looked_at: Job | None = job
        while looked_at is not None:
            ahead = self._pool.mailbox.take_ahead()
            if ahead is not None and not self._hand(ahead):
                self._pool.mailbox.give_back(ahead)
                ahead = None
            if not self._await(looked_at, since=free) and ahead is not None:
                self._pool.mailbox.give_back(ahead)
                ahead = None
            free, looked_at = time.monotonic(), ahead

    def _hand(self, job: Job) -> bool:
        """False when the worker does not take it, and so is lost."""
        assert self._channel is not None
        try:
            self._channel.send(Look(job.jpeg, job.looks, job.known), self._pool.config.timeout)
        except OSError:
            self._channel.close()  # half a message may be in it
            return False
        return True

    def _await(self, job: Job, *, since: float) -> bool:
        """The worker's verdict on the frame it got; False when it was lost over it. ``since``: when it was free."""
        assert self._channel is not None
        timeout = self._pool.config.timeout
        try:
            reply: Reply = self._channel.receive(timeout)
        except TimeoutError:
            self._fail(job, f"gave no answer for {timeout:g} s", WORKER_HUNG)
            return False
        except (OSError, EOFError):
            self._fail(job, "died over a frame", WORKER_DIED)
            return False
        self._pool.finish(job, reply.verdict, max(0.0, since - job.submitted) * 1000, reply.cpu_ms)
        self._pool.mailbox.done(job)
        return True

    def _fail(self, job: Job, why: str, reason: str) -> None:
        waited = time.monotonic() - job.submitted
        self._lose(why, job)
        self._pool.finish(job, NotAnalysed(reason), waited * 1000)
        self._pool.mailbox.done(job)

    def _lose(self, why: str, job: Job | None = None) -> None:
        self._end(0.0)
        if self._pool.stopping.is_set():
            return
        self.state = f"lost: {why}"
        self._pool.last_error = why
        self._pool.known.set()
        self._pool.metrics.count("workers_lost")
        logger.error("%s %s; it is replaced%s", self.worker_name, why, f" (session {job.session_id})" if job else "")
        if job is not None:
            self._pool.strikes.strike(job.session_id, time.monotonic())

    def _end(self, patience: float) -> None:
        """Close the worker's socket, on which it ends; kill it when that takes longer than ``patience`` seconds."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self.process is None:
            return
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


class LocalPool(PoolBase):
    """Frames of any number of sessions, judged by ``config.workers`` processes. Works from any event loop."""

    def __init__(self, config: PoolConfig, metrics: Metrics) -> None:
        super().__init__(config.timeout, metrics)
        self.config = config
        self.supervisors = [Supervisor(self, number) for number in range(1, config.workers + 1)]

    def start(self) -> None:
        for supervisor in self.supervisors:
            supervisor.start()

    def stop(self) -> None:
        """Answer what waits as stopped, end the workers, and wait for both."""
        self.stopping.set()
        self.mailbox.close()
        for supervisor in self.supervisors:
            supervisor.interrupt()
        for supervisor in self.supervisors:
            supervisor.join()

    def state(self) -> dict[str, Any]:
        """The workers as JSON: name, process id, state; and how many frames wait."""
        return {
            "workers": [
                {"name": each.worker_name, "pid": each.process.pid if each.process else None, "state": each.state}
                for each in self.supervisors
            ],
            "frames_waiting": len(self.mailbox),
        }
