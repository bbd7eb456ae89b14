from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from celery import Task

from proctor_site import background
from proctor_site.background import Busy, Job, Timetable, Worker
from proctor_site.celery import app

WAIT = 10


def task(function: Any) -> Task[..., Any]:
    made: Task[..., Any] = app.task(name=f"test.{function.__name__}.{id(function)}")(function)
    return made


def test_a_task_runs_in_another_thread() -> None:
    threads: list[str] = []
    worker = Worker()

    def note(value: str) -> None:
        threads.append(f"{value} in {threading.current_thread().name}")

    worker.put(Job(task(note), ("done",)))
    worker.stop()
    assert threads == ["done in background"]


def test_a_task_that_fails_is_logged_and_the_next_one_runs(caplog: pytest.LogCaptureFixture) -> None:
    ran = threading.Event()
    worker = Worker()

    def fail() -> None:
        raise RuntimeError("no disk")

    def go_on() -> None:
        ran.set()

    worker.put(Job(task(fail), ()))
    worker.put(Job(task(go_on), ()))
    worker.join()
    assert ran.is_set()
    assert "no disk" in caplog.text
    worker.stop()


def test_a_full_queue_refuses() -> None:
    begun, release = threading.Event(), threading.Event()
    worker = Worker(size=1)

    def wait() -> None:
        begun.set()
        release.wait(WAIT)

    waiting = task(wait)
    worker.put(Job(waiting, ()))
    assert begun.wait(WAIT)
    worker.put(Job(waiting, ()))
    with pytest.raises(Busy):
        worker.put(Job(waiting, ()))
    release.set()
    worker.stop()


def test_it_tells_how_long_the_oldest_job_has_waited() -> None:
    begun, release = threading.Event(), threading.Event()
    worker = Worker()
    assert worker.longest_wait() == 0

    def wait() -> None:
        begun.set()
        release.wait(WAIT)

    waiting = task(wait)
    now = time.monotonic()
    worker.put(Job(waiting, (), taken_on=now - 60))
    assert begun.wait(WAIT)
    assert worker.longest_wait() == 0  # it has begun
    worker.put(Job(waiting, (), taken_on=now - 40))
    worker.put(Job(waiting, (), taken_on=now - 20))
    assert 40 <= worker.longest_wait() < 60
    release.set()
    worker.join()
    assert worker.longest_wait() == 0
    worker.stop()


def test_with_a_broker_jobs_do_not_wait_here(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1"
    assert background.longest_wait() is None


def test_a_stopped_worker_starts_again() -> None:
    ran: list[int] = []
    worker = Worker()

    def note(number: int) -> None:
        ran.append(number)

    for number in (1, 2):
        worker.put(Job(task(note), (number,)))
        worker.stop()
    assert ran == [1, 2]


def test_the_timetable_begins_at_once_and_goes_on() -> None:
    jobs: list[Job] = []
    enough = threading.Event()

    def put(job: Job) -> None:
        jobs.append(job)
        if len(jobs) >= 6:
            enough.set()

    app.loader.import_default_modules()
    timetable = Timetable(
        {
            "purge": {"task": "proctoring.tasks.purge", "schedule": 0.01},
            "end-overdue": {"task": "proctoring.tasks.end_overdue", "schedule": 0.01},
        },
        put,
    )
    timetable.start()
    assert enough.wait(WAIT)
    timetable.stop()
    assert {job.task.name for job in jobs} == {"proctoring.tasks.purge", "proctoring.tasks.end_overdue"}


def test_every_task_of_the_timetable_exists(settings: Any) -> None:
    app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in app.tasks


def test_turns_nobody_took_do_not_pile_up(settings: Any) -> None:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["options"]["expires"] == entry["schedule"]


def test_with_a_broker_nothing_runs_here(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1"
    background.start()
    assert background._timetable is None
