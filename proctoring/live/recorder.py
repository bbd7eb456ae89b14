"""The one thread that writes for all live sessions, many of them in one transaction.

Whatever waits when it comes round is written together, so the database takes the same few transactions a second for
one session as for a hundred, and the event loop never touches it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections

from proctoring.analysis.metrics import metrics
from proctoring.live.unsaved import Left, Unsaved
from proctoring.models import Event
from proctoring.services.errors import StaleConnection
from proctoring.services.recording import Commit, commit, commit_many

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

AWAY = (OperationalError, InterfaceError)
# Pages wait for an answer a few seconds longer than this (NO_ANSWER_MEANS_LOST_MS in static/js/candidate/capture.js).
PATIENCE_SECONDS = 10.0
TRY_AGAIN_SECONDS = 0.25

LINGER_SECONDS = 0.5  # how long what is not urgent waits for company
TOGETHER = 100  # sessions in one transaction


@dataclass(eq=False, slots=True)
class Task:
    """A commit, or a function to call. In the order given, and before anything later of the same session."""

    work: Commit | Callable[[], Any]
    urgent: bool
    future: Future[Any] = field(default_factory=Future)


class Recorder:
    """Started by its first task, or by ``begin``. Callable from any event loop and thread.

    What earlier processes left in ``unsaved`` is written before anything else.
    """

    def __init__(self, unsaved: Path | None = None) -> None:
        self._place = unsaved
        self._unsaved: Unsaved | None = None
        self._looked_behind = False
        self._batch: list[Task] = []  # taken out of the queue, and not dealt with yet
        self._disk_is_full = False  # and that has been said
        self._condition = threading.Condition()
        self._tasks: list[Task] = []
        self._urgent = False
        self._closed = False
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Write what was left behind, also when nobody comes."""
        self._put(Task(lambda: None, True))

    def commit(self, commit: Commit, *, urgent: bool = True) -> asyncio.Future[list[Event]]:
        """The events as written. Raises what ``services`` raises, StaleConnection above all."""
        return asyncio.wrap_future(self._put(Task(commit, urgent)))

    def call(self, function: Callable[[], Result]) -> asyncio.Future[Result]:
        """Run a function that writes, after what was given before it."""
        return asyncio.wrap_future(self._put(Task(function, True)))

    def close(self) -> None:
        """Write what waits, and end. A later task starts it again."""
        with self._condition:
            thread, self._thread, self._closed = self._thread, None, True
            self._condition.notify()
        if thread is not None:
            thread.join()
        self._closed = self._looked_behind = False

    def _put(self, task: Task) -> Future[Any]:
        with self._condition:
            self._tasks.append(task)
            self._urgent = self._urgent or task.urgent
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
                self._thread.start()
            self._condition.notify()
        return task.future

    def _run(self) -> None:
        with connection.execute_wrapper(count_statement):
            self._write_until_closed()

    def _write_until_closed(self) -> None:
        self._unsaved = Unsaved(self._place or settings.PROCTOR_UNSAVED_DIR)
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._tasks or self._closed)
                self._condition.wait_for(lambda: self._urgent or self._closed, timeout=LINGER_SECONDS)
                tasks, self._tasks, self._urgent = self._tasks, [], False
                closed = self._closed
            if not self._looked_behind:
                self._write_what_was_left_behind()
            self._write(tasks)
            if closed and not self._tasks:
                self._unsaved.close()
                connections.close_all()
                return

    def _write_what_was_left_behind(self) -> None:
        """Before anybody's session is opened, so that it goes on where it stood. While the database is away it stays
        where it is until the next tasks."""
        assert self._unsaved is not None
        try:
            with self._unsaved.left_behind() as left:
                written = sum(self._write_left(one) for one in left)
                if written:
                    logger.warning("Wrote %d things that an earlier process could not write.", written)
        except AWAY:
            connections.close_all()
            return
        except Exception:  # whatever lies there, it must not keep everybody from being written
            logger.exception("What earlier processes left in %s cannot be looked at.", self._unsaved.place)
        self._looked_behind = True

    def _write_left(self, left: Left) -> bool:
        """Whether it is written. Raises OperationalError or InterfaceError while the database is away."""
        try:
            self._patiently(partial(commit, left.commit), partial(commit, left.commit))
        except StaleConnection:
            pass  # what there is to write of it has been
        except (DatabaseError, InterfaceError, OSError, ValueError, TypeError) as error:
            connections.close_all()
            if isinstance(error, AWAY) and not self._answers():
                raise
            logger.exception("%s cannot be written into the database; it stays there.", left.file)
            left.stays()
            return False
        left.written()
        return True

    def _write(self, tasks: list[Task]) -> None:
        self._batch = tasks
        commits: list[Task] = []
        for task in tasks:
            if isinstance(task.work, Commit):
                commits.append(task)
                if len(commits) == TOGETHER:
                    self._commit(commits)
                    commits = []
                continue
            self._commit(commits)
            commits = []
            self._call(task, task.work)
        self._commit(commits)

    def _commit(self, tasks: list[Task]) -> None:
        if not tasks:
            return
        began, cpu = time.monotonic(), time.thread_time()
        assert self._unsaved is not None
        held = self._unsaved.holds
        # One that waited on the disk may be older than a connection that has come since: then it is evidence.
        wanted = [replace(one, again=True) if held(one) else one for one in commits_of(tasks)]
        try:
            outcomes = self._patiently(
                partial(commit_many, wanted),
                partial(commit_many, [replace(one, again=True) for one in wanted]),
                away=self._keep_what_waits,
            )
        except Exception as error:  # a fault in one commit must not end the thread that writes for all
            names = ", ".join(str(one.session_id) for one in wanted)
            logger.exception("Sessions %s could not be written", names)
            connections.close_all()
            outcomes = [error] * len(tasks)
        metrics.time("commit", (time.monotonic() - began) * 1000)
        metrics.cpu({"database": (time.thread_time() - cpu) * 1000})
        for task, one, outcome in zip(tasks, wanted, outcomes, strict=True):
            self._forget(one, outcome)
            if not settle(task.future, outcome) and isinstance(outcome, AWAY):
                self._try_again_unasked(one)
        dealt_with = set(tasks)
        self._batch = [task for task in self._batch if task not in dealt_with]
        if any(isinstance(outcome, DatabaseError | InterfaceError) for outcome in outcomes):
            connections.close_all()  # the next transaction begins on a fresh connection

    def _try_again_unasked(self, commit: Commit) -> None:
        """Whoever wanted it written has left, and there is nobody but this thread to try it again."""
        with self._condition:
            if not self._closed:  # else the next process does
                self._tasks.append(Task(replace(commit, again=True), urgent=False))

    def _patiently(
        self, first: Callable[[], Result], second: Callable[[], Result], away: Callable[[], None] = lambda: None
    ) -> Result:
        """What the first returns or raises; where the database went away meanwhile, what the second does when it is
        back. Whatever is written here may be written twice without harm: nobody knows whether the first time was."""
        try:
            return first()
        except AWAY as error:
            connections.close_all()
            logger.warning("The database does not answer; waiting for it: %s", error)
            away()
            if not self._until_it_answers():
                raise
        return second()

    def _until_it_answers(self) -> bool:
        """False when patience is at its end, or this recorder is."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            with self._condition:
                closed = self._condition.wait_for(lambda: self._closed, TRY_AGAIN_SECONDS)
            self._keep_what_waits()
            if closed or time.monotonic() > until:
                return False
        self._disk_is_full = False
        return True

    def _answers(self) -> bool:
        try:
            connection.ensure_connection()
        except AWAY:
            connections.close_all()
            return False
        return True

    def _keep_what_waits(self) -> None:
        """The database is away: should this process end, the next one writes them."""
        assert self._unsaved is not None
        with self._condition:
            waiting = [*self._batch, *self._tasks]
        for one in commits_of(waiting):
            try:
                self._unsaved.keep(one)
            except (OSError, TypeError, ValueError) as error:
                if not self._disk_is_full:
                    logger.error(
                        "What cannot be written into the database cannot be kept in %s either, only in memory: %s",
                        self._unsaved.place,
                        error,
                    )
                self._disk_is_full = True

    def _forget(self, commit: Commit, outcome: list[Event] | Exception) -> None:
        """What was not written stays kept: the session's next commit takes it up."""
        assert self._unsaved is not None
        if isinstance(outcome, Exception) and not isinstance(outcome, StaleConnection):
            return
        try:
            self._unsaved.written(commit)
        except OSError as error:
            logger.error("A file of what is written by now cannot be deleted: %s", error)

    def _call(self, task: Task, function: Callable[[], Any]) -> None:
        cpu = time.thread_time()
        try:
            outcome = self._patiently(function, function)
        except Exception as error:  # handed to whoever waits for it
            settle(task.future, error)
            if isinstance(error, DatabaseError | InterfaceError):
                connections.close_all()
        else:
            settle(task.future, outcome)
        metrics.cpu({"database": (time.thread_time() - cpu) * 1000})


def count_statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    metrics.count("statements")
    return execute(sql, params, many, context)


def commits_of(tasks: list[Task]) -> list[Commit]:
    return [task.work for task in tasks if isinstance(task.work, Commit)]


def settle(future: Future[Any], outcome: Any) -> bool:
    """Give the outcome to whoever waits; False when they have left."""
    if not future.set_running_or_notify_cancel():
        return False
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
    return True


recorder = Recorder()
