"""The pool on other machines: frames go to Celery workers over Redis, verdicts come straight back to this process.

One thread sends and one receives. What waits for a worker lies in this process's mailbox, where a newer frame replaces
an older one; only as many frames are on their way as the workers can take at once, so Redis never holds a queue.
"""

from __future__ import annotations

import logging
import math
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis
from kombu.exceptions import KombuError, OperationalError

from proctoring.analysis.mailbox import Job
from proctoring.analysis.metrics import Metrics
from proctoring.analysis.pool import PoolBase
from proctoring.analysis.remote_wire import (
    REPLY_PREFIX,
    Announcement,
    PackedFrame,
    pack_frame,
    unpack_verdict,
)
from proctoring.analysis.remote_workers import Roll
from proctoring.analysis.verdict import NOT_READY, STOPPED, WORKER_DIED, WORKER_HUNG, Analysed, NotAnalysed

logger = logging.getLogger(__name__)

# Frames on their way for each worker process: one being judged and one waiting at its door, so that it never idles.
AHEAD = 2
IDLE_SECONDS = 0.25
WORKERS_SECONDS = 1.0  # how often the list of workers is read
TRY_AGAIN_SECONDS = 0.5
# A frame without a verdict for so long is lost with its worker, which takes a tenth of a second for one.
LOST_SECONDS = 3.0
# How long after its time limit a worker's parent may still say that a process ended over a frame.
SAID_LATE_SECONDS = 30.0

Send = Callable[[str, list[PackedFrame], float], None]


@dataclass(slots=True)
class OnTheWay:
    job: Job
    sent: float
    waited_ms: float


class RemotePool(PoolBase):
    """``send(reply_to, frames, expires)`` hands frames to Celery; ``url`` is the Redis the verdicts come back on."""

    def __init__(self, *, url: str, send: Send, timeout: float, metrics: Metrics) -> None:
        super().__init__(timeout, metrics)
        self.name = uuid.uuid4().hex
        self.lost_after = min(timeout, LOST_SECONDS)
        self._send = send
        self._redis = redis.Redis.from_url(url, socket_timeout=timeout + 5, socket_connect_timeout=2)
        self._room = threading.Condition()
        self._on_the_way: dict[str, OnTheWay] = {}
        self._given_up: dict[str, OnTheWay] = {}  # overdue: whose frame it was, should its worker have ended over it
        self._roll = Roll(self._redis)
        self._workers: dict[str, Announcement] = {}
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (("frames-out", self._send_frames), ("verdicts-in", self._take_verdicts))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Answer what waits and what is on its way as stopped, and end both threads."""
        self.stopping.set()
        self.mailbox.close()
        with self._room:
            left = list(self._on_the_way.values())
            self._on_the_way.clear()
            self._room.notify_all()
        for one in left:
            one.job.answer(NotAnalysed(STOPPED))
        for thread in self._threads:
            thread.join()
        self._redis.close()

    def state(self) -> dict[str, Any]:
        """While Redis is away no worker is ready: none gets a frame, whatever it last said of itself."""
        workers = [
            {"name": each.name, "pid": None, "state": self._state_of(each)} for each in list(self._workers.values())
        ]
        return {"workers": workers, "frames_waiting": len(self.mailbox), "frames_on_the_way": len(self._on_the_way)}

    def _state_of(self, worker: Announcement) -> str:
        if worker.error:
            return f"failed: {worker.error}"
        return f"lost: {self.last_error}" if self.last_error else "ready"

    # Frames out

    def _send_frames(self) -> None:
        while not self.stopping.is_set():
            room = self._wait_for_room()
            jobs = self._jobs(room) if room else []
            if jobs:
                self._send_some(jobs)

    def _wait_for_room(self) -> int:
        with self._room:
            room = self._limit() - len(self._on_the_way)
            if room <= 0:
                self._room.wait(IDLE_SECONDS)
                room = self._limit() - len(self._on_the_way)
            return max(0, room)

    def _limit(self) -> int:
        return AHEAD * sum(not each.error for each in self._workers.values())

    def _jobs(self, room: int) -> list[Job]:
        """What waits now, of different sessions; each frame is a task of its own where workers are free for it."""
        first = self.mailbox.take(IDLE_SECONDS)
        if first is None:
            return []
        jobs = [first]
        while len(jobs) < room and (job := self.mailbox.take(0.0)) is not None:
            jobs.append(job)
        return jobs

    def _send_some(self, jobs: list[Job]) -> None:
        """Shared among the workers; several frames a task when more wait than there are workers."""
        now = time.monotonic()
        named = [(uuid.uuid4().hex, job) for job in jobs]
        with self._room:
            for name, job in named:
                self._on_the_way[name] = OnTheWay(job, now, (now - job.submitted) * 1000)
        for some in self._tasks(named, now):
            try:
                frames = [pack_frame(name, job) for name, job in some]
                self._send(REPLY_PREFIX + self.name, frames, self.lost_after)
            except (OperationalError, KombuError, redis.RedisError, OSError) as error:
                self._lose_broker(error)
                for name, _ in some:
                    self._settle_without_verdict(name, NOT_READY)

    def _tasks(self, named: list[tuple[str, Job]], now: float) -> list[list[tuple[str, Job]]]:
        """Evenly; alone where a frame of the same session may have ended a process, so that it ends no other's."""
        suspected = [self.strikes.suspected(job.session_id, now) for _, job in named]
        alone = [[one] for one, apart in zip(named, suspected, strict=True) if apart]
        rest = [one for one, apart in zip(named, suspected, strict=True) if not apart]
        share = max(1, -(-len(named) // max(1, self._limit() // AHEAD)))
        return [rest[start : start + share] for start in range(0, len(rest), share)] + alone

    # Verdicts in

    def _take_verdicts(self) -> None:
        looked = 0.0
        while not self.stopping.is_set():
            try:
                if time.monotonic() - looked >= WORKERS_SECONDS:
                    self._read_workers()
                    looked = time.monotonic()
                found: Any = self._redis.blpop([REPLY_PREFIX + self.name], timeout=1)
                data = None if found is None else found[1]
                while data is not None:
                    self._take(data)
                    data = self._next()
            except (redis.RedisError, OSError) as error:
                self._roll.redis_was_away()
                self._lose_broker(error)
                self._drop(NOT_READY)  # Redis forgets frames and verdicts when it goes
                self.stopping.wait(TRY_AGAIN_SECONDS)
                looked = 0.0  # workers announce themselves anew
            self._drop_overdue()

    def _next(self) -> Any:
        """Another verdict as bytes, if one is there already."""
        return self._redis.lpop(REPLY_PREFIX + self.name)

    def _take(self, data: bytes) -> None:
        try:
            name, verdict, cpu_ms = unpack_verdict(data)
        except (ValueError, KeyError, TypeError):
            logger.exception("A verdict of %d bytes could not be read", len(data))
            return

        given_up = self._given_up.pop(name, None)
        if verdict in (NotAnalysed(WORKER_DIED), NotAnalysed(WORKER_HUNG)):
            self._strike(self._on_the_way.get(name) or given_up)

        def finish(one: OnTheWay) -> None:
            self.metrics.time("remote", (time.monotonic() - one.sent) * 1000)
            if isinstance(verdict, Analysed):
                looking = sum(verdict.observation.timings.values())
                self.metrics.time("remote_overhead", (time.monotonic() - one.sent) * 1000 - looking)
            self.finish(one.job, verdict, one.waited_ms, cpu_ms)

        self._settle(name, finish)

    def _strike(self, one: OnTheWay | None) -> None:
        """A process ended over this frame or one before it in its task. ``None``: it had its verdict before."""
        if one is not None:
            self.strikes.strike(one.job.session_id, time.monotonic())
            logger.error("A worker's process ended over a frame (session %s)", one.job.session_id)

    def _settle(self, name: str, what: Callable[[OnTheWay], None]) -> None:
        """The frame is no longer on its way; one that was given up before is ignored."""
        with self._room:
            one = self._on_the_way.pop(name, None)
            self._room.notify_all()
        if one is not None:
            what(one)
            self.mailbox.done(one.job)

    def _settle_without_verdict(self, name: str, reason: str) -> None:
        def answer(one: OnTheWay) -> None:
            self.metrics.time("queue_wait", one.waited_ms)  # it did wait, whatever became of it afterwards
            one.job.answer(NotAnalysed(reason))

        self._settle(name, answer)

    def _drop_overdue(self) -> None:
        """Frames whose machine died over them, or which Celery let expire."""
        now = time.monotonic()
        said_by = now - self.timeout - SAID_LATE_SECONDS
        self._given_up = {name: one for name, one in self._given_up.items() if one.sent >= said_by}
        overdue = now - self.lost_after
        self._given_up |= {name: one for name, one in list(self._on_the_way.items()) if one.sent < overdue}
        if dropped := self._drop(WORKER_HUNG, sent_before=overdue):
            self.metrics.count("remote_overdue", dropped)

    def _drop(self, reason: str, *, sent_before: float = math.inf) -> int:
        """Answer frames that are on their way without a verdict; how many."""
        names = [name for name, one in list(self._on_the_way.items()) if one.sent < sent_before]
        for name in names:
            self._settle_without_verdict(name, reason)
        return len(names)

    def _read_workers(self) -> None:
        seen = self._roll.read()
        found, left = seen.at_work, set(self._workers) - set(seen.at_work) - set(seen.lost)
        self._workers = found
        if seen.lost:
            self.metrics.count("workers_lost", len(seen.lost))
            logger.error("Lost %s; %d left", ", ".join(sorted(seen.lost)), len(found))
        if left:
            logger.info("No longer at work: %s; %d left", ", ".join(sorted(left)), len(found))
        working = [said for said in found.values() if not said.error]
        if working:
            self.detectors, self.last_error = working[0].detectors, ""
            self.known.set()
        elif not self.detectors:
            errors = [said.error for said in found.values()]
            self.last_error = errors[0] if errors else "no analysis worker has announced itself"
        with self._room:
            self._room.notify_all()

    def _lose_broker(self, error: Exception) -> None:
        self.metrics.count("broker_lost")
        self.last_error = f"Redis is out of reach ({type(error).__name__})"
        logger.warning("Redis is out of reach: %s", error)
