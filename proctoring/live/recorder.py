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
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections

from proctoring.analysis.metrics import metrics
from proctoring.models import Event
from proctoring.services.recording import Commit, commit_many

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
    """Started by its first task. Callable from any event loop and thread."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._tasks: list[Task] = []
        self._urgent = False
        self._closed = False
        self._thread: threading.Thread | None = None

    def commit(self, commit: Commit, *, urgent: bool = True) -> asyncio.Future[list[Event]]:
        """The events as written. Raises what ``services`` raises, StaleConnection above all."""
        return self._put(Task(commit, urgent))

    def call(self, function: Callable[[], Result]) -> asyncio.Future[Result]:
        """Run a function that writes, after what was given before it."""
        return self._put(Task(function, True))

    def close(self) -> None:
        """Write what waits, and end. A later task starts it again."""
        with self._condition:
            thread, self._thread, self._closed = self._thread, None, True
            self._condition.notify()
        if thread is not None:
            thread.join()
        self._closed = False

    def _put(self, task: Task) -> asyncio.Future[Any]:
        with self._condition:
            self._tasks.append(task)
            self._urgent = self._urgent or task.urgent
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
                self._thread.start()
            self._condition.notify()
        return asyncio.wrap_future(task.future)

    def _run(self) -> None:
        with connection.execute_wrapper(count_statement):
            self._write_until_closed()

    def _write_until_closed(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._tasks or self._closed)
                self._condition.wait_for(lambda: self._urgent or self._closed, timeout=LINGER_SECONDS)
                tasks, self._tasks, self._urgent = self._tasks, [], False
                closed = self._closed
            self._write(tasks)
            if closed and not self._tasks:
                connections.close_all()
                return

    def _write(self, tasks: list[Task]) -> None:
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
        wanted = [task.work for task in tasks if isinstance(task.work, Commit)]
        try:
            outcomes = self._patiently(
                partial(commit_many, wanted), partial(commit_many, [replace(one, again=True) for one in wanted])
            )
        except Exception as error:  # a fault in one commit must not end the thread that writes for all
            names = ", ".join(str(one.session_id) for one in wanted)
            logger.exception("Sessions %s could not be written", names)
            connections.close_all()
            outcomes = [error] * len(tasks)
        metrics.time("commit", (time.monotonic() - began) * 1000)
        metrics.cpu({"database": (time.thread_time() - cpu) * 1000})
        for task, outcome in zip(tasks, outcomes, strict=True):
            settle(task.future, outcome)
        if any(isinstance(outcome, DatabaseError | InterfaceError) for outcome in outcomes):
            connections.close_all()  # the next transaction begins on a fresh connection

    def _patiently(self, first: Callable[[], Result], second: Callable[[], Result]) -> Result:
        """What the first returns or raises; where the database went away meanwhile, what the second does when it is
        back. Whatever is written here may be written twice without harm: nobody knows whether the first time was."""
        try:
            return first()
        except AWAY as error:
            connections.close_all()
            logger.warning("The database does not answer; waiting for it: %s", error)
            if not self._until_it_answers():
                raise
        return second()

    def _until_it_answers(self) -> bool:
        """False when patience is at its end, or this recorder is."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                connection.ensure_connection()
            except AWAY:
                connections.close_all()
                with self._condition:
                    if self._condition.wait_for(lambda: self._closed, TRY_AGAIN_SECONDS) or time.monotonic() > until:
                        return False
            else:
                return True

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


def settle(future: Future[Any], outcome: Any) -> None:
    """Give the outcome to whoever waits, unless they have left."""
    if not future.set_running_or_notify_cancel():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


recorder = Recorder()
