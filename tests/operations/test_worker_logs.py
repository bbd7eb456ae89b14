"""What Celery's workers write: by the same settings as everything else, whatever Celery would do of its own."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from celery import Celery

from tests.machines.documented import ROOT, as_service
from tests.redis import running_redis

PATIENCE_SECONDS = 120.0  # an imported site on a busy machine
# As Celery's own commands set the log up, here with the level that ours gave them once.
SET_UP = """
import logging, sys
from proctor_site.celery import app
app.log.setup(loglevel="INFO")
print(logging.getLevelName(logging.getLogger().level))
for name, level in [each.split("=") for each in sys.argv[1:]]:
    logging.getLogger(name).log(getattr(logging, level), "words")
"""


def environment(data_dir: Path, **variables: str) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PROCTOR_", "DJANGO_"))}
    return outside | {"PROCTOR_DATA_DIR": str(data_dir), "PYTHON": sys.executable} | variables


def set_up(data_dir: Path, *records: str, **variables: str) -> tuple[str, list[str]]:
    """The level of the root, and the lines that came of ``records``."""
    done = subprocess.run(
        [sys.executable, "-c", SET_UP, *records],
        cwd=ROOT,
        env=environment(data_dir, **variables),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr.splitlines()


@pytest.mark.parametrize("level", ["WARNING", "INFO", "ERROR"])
def test_the_level_is_the_settings_one(tmp_path: Path, level: str) -> None:
    root, lines = set_up(tmp_path, "proctoring=INFO", "celery=ERROR", PROCTOR_LOG_LEVEL=level)
    assert root == level
    assert len(lines) == (2 if level == "INFO" else 1)


def test_tasks_that_come_and_go_are_not_told(tmp_path: Path) -> None:
    names = ("celery.worker.strategy", "celery.app.trace")
    _, lines = set_up(tmp_path, *(f"{name}={level}" for name in names for level in ("INFO", "ERROR")))
    assert [line.split()[2:4] for line in lines] == [["ERROR", f"{name}:"] for name in names]


class Worker:
    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    def lines(self) -> list[dict[str, Any]]:
        text = self._log.read_text(encoding="utf-8")
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def wait_for(self, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            if found := [line for line in self.lines() if is_it(line)]:
                return found[0]
            time.sleep(0.1)
        raise AssertionError(self._log.read_text(encoding="utf-8"))


@pytest.fixture
def broker() -> Iterator[str]:
    with running_redis() as redis:
        yield redis.url()


@pytest.fixture
def worker(broker: str, tmp_path: Path) -> Iterator[Worker]:
    """As it is documented, without tables in its database."""
    variables = environment(tmp_path, PROCTOR_BROKER=broker, PROCTOR_LOG_FORMAT="json")
    variables["PYTHONWARNINGS"] = "ignore:You're running the worker"  # as root, where the tests are run by it
    command = ["bash", "-euc", as_service("worker: mail, exports, marking, imports, webhooks, retention")]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL, stderr=log)
    try:
        yield Worker(process, tmp_path / "log")
    finally:
        for each in [*psutil.Process(process.pid).children(recursive=True), process]:
            each.kill()
        process.wait()


def test_a_worker_writes_json_where_that_is_asked_for(worker: Worker, broker: str) -> None:
    worker.wait_for(lambda line: str(line["message"]).endswith(" ready."))
    tasks = Celery(broker=broker)
    tasks.send_task("celery.backend_cleanup", ignore_result=True)  # goes well
    tasks.send_task("exams.tasks.forget_failed_sign_ins", ignore_result=True)
    failed = worker.wait_for(lambda line: line["logger"] == "celery.app.trace")
    assert "forget_failed_sign_ins" in failed["message"]
    assert "no such table" in failed["exception"]
    os.kill(psutil.Process(worker.process.pid).children()[0].pid, signal.SIGKILL)
    died = worker.wait_for(lambda line: line["logger"] == "multiprocessing")
    assert (died["level"], "SIGKILL" in died["message"]) == (logging.getLevelName(logging.ERROR), True)
    assert not [line for line in worker.lines() if "backend_cleanup" in line["message"]]
