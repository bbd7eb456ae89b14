"""Work outside requests: Celery's with a broker, otherwise one thread of this process with a bounded queue.

``start()`` (called by `manage.py serve`) also runs the timetable of ``CELERY_BEAT_SCHEDULE`` here when there is no
broker; with one, Celery beat does that.
"""

from __future__ import annotations

import atexit
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.conf import settings
from django.db import connections

from proctor_site.celery import app

logger = logging.getLogger(__name__)

QUEUE_SIZE = 100


class Busy(Exception):
    """The queue is full; nothing was taken on."""


class Task(Protocol):
    name: str

    def __call__(self, *args: Any) -> Any: ...

    def delay(self, *args: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Job:
    task: Task
    args: tuple[Any, ...]
    taken_on: float = field(default_factory=time.monotonic, compare=False)


class Worker:
    """One thread, started by its first job."""

    def __init__(self, size: int = QUEUE_SIZE) -> None:
        self._jobs: queue.Queue[Job | None] = queue.Queue(size)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, job: Job) -> None:
        """Raises Busy."""
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise Busy from None
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="background", daemon=True)
                self._thread.start()

    def longest_wait(self) -> float:
        """Seconds since the oldest job was taken on that has not begun; 0 when none waits."""
        with self._jobs.mutex:
            first: Job | None = self._jobs.queue[0] if self._jobs.queue else None
        return 0.0 if first is None else time.monotonic() - first.taken_on

    def join(self) -> None:
        """Wait until everything taken on so far is done."""
        self._jobs.join()

    def stop(self) -> None:
        """Finish what was taken on, then end the thread; a later job starts another."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job.task(*job.args)
            except Exception:  # whatever a task raises is told here, and the next one still runs
                logger.exception("%s%r failed.", job.task.name, job.args)
            finally:
                # Every job begins on a fresh connection: nothing of a failed one is left behind.
                connections.close_all()
                self._jobs.task_done()
        self._jobs.task_done()


class Timetable:
    """Puts tasks into the queue at their intervals, the first round at once."""

    def __init__(self, entries: dict[str, dict[str, Any]], put: Callable[[Job], None]) -> None:
        self._entries = entries
        self._put = put
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="timetable", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _keep(self) -> None:
        due = dict.fromkeys(self._entries, time.monotonic())
        while due and not self._stopping.wait(max(0.0, min(due.values()) - time.monotonic())):
            name = min(due, key=due.__getitem__)
            entry = self._entries[name]
            due[name] = time.monotonic() + float(entry["schedule"])
            try:
                self._put(Job(app.tasks[entry["task"]], tuple(entry.get("args", ()))))
            except Busy:
                logger.warning("The queue is full; %s waits for its next turn.", name)


_worker = Worker()
_timetable: Timetable | None = None


def run(task: Task, *args: Any) -> None:
    """Have ``task`` run outside the request. Raises Busy, or kombu's OperationalError when the broker is away."""
    if settings.CELERY_BROKER_URL:
        task.delay(*args)
    else:
        _worker.put(Job(task, args))


def longest_wait() -> float | None:
    """As of :class:`Worker`; ``None`` with a broker, where jobs wait in its queue, with no word of when they came."""
    return None if settings.CELERY_BROKER_URL else _worker.longest_wait()


def start() -> None:
    """Begin the timetable, unless a broker is there and Celery beat keeps it."""
    global _timetable
    if settings.CELERY_BROKER_URL or _timetable is not None:
        return
    app.loader.import_default_modules()  # tasks are known by name from here on
    _timetable = Timetable(settings.CELERY_BEAT_SCHEDULE, _worker.put)
    _timetable.start()


def stop() -> None:
    """End the timetable, finish what was taken on."""
    global _timetable
    if _timetable is not None:
        _timetable.stop()
        _timetable = None
    _worker.stop()


def join() -> None:
    """Wait until everything taken on by this process so far is done."""
    _worker.join()


atexit.register(stop)
