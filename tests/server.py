"""The real site as a process of its own, for tests that drive it from outside."""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from proctoring.bench.server import ROOT, OwnServer
from tests.settings import remove

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID")  # where several processes share the tests out among themselves


def models_dir() -> Path:
    """Exported models are kept between runs where the site itself has been used, else for this run."""
    kept = ROOT / "var" / "models"
    if kept.is_dir():
        return kept
    settings.PROCTOR_MODELS_DIR.mkdir(parents=True, exist_ok=True)
    return Path(settings.PROCTOR_MODELS_DIR)


# Sets Django up once, which takes two seconds of CPU, and answers each question in a copy of itself, so that none finds
# anything that another left in memory. A question is a line of JSON; so is its answer, on what was the standard output.
ASKED = """
import json, os, sys, traceback
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for line in sys.stdin:
    if copy := os.fork():
        status = os.waitpid(copy, 0)[1]
        if status:
            print(json.dumps({"error": f"The process ended with status {status}."}), file=answers, flush=True)
        continue
    try:
        names = {}
        exec(json.loads(line), names)
        said = {"answer": names["answer"]}
    except BaseException:
        said = {"error": traceback.format_exc()}
    from django.db import connections
    connections.close_all()
    print(json.dumps(said, default=str), file=answers, flush=True)
    os._exit(0)
"""


def talking(code: str, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """A process in which Django is set up, which runs ``code`` and is spoken with in lines."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "--verbosity", "0", "--command", code],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


class Site(OwnServer):
    """An :class:`OwnServer` with a way into its database."""

    asked: subprocess.Popen[str] | None = None

    def ask(self, code: str) -> Any:
        """Runs Python against the server's database in a process of its own; returns what it assigned to ``answer``."""
        if self.asked is None:
            self.asked = talking(ASKED, self.environment)
        assert self.asked.stdin is not None
        assert self.asked.stdout is not None
        self.asked.stdin.write(json.dumps(code) + "\n")
        self.asked.stdin.flush()
        said = json.loads(self.asked.stdout.readline())
        assert "error" not in said, said["error"]
        return said["answer"]

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        if self.asked is not None:
            self.asked.communicate()  # there is no further question, so it ends
            self.asked = None


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """The folder that ``make`` fills once a run. Of the processes of a run the first does it, in the folder that all of
    them share (``tests/settings.py``)."""
    if RUN:
        folder = Path(os.environ["PROCTOR_DATA_DIR"]).parent / f"{name}-{RUN}"
    else:
        folder = Path(tempfile.mkdtemp(prefix=f"proctor-{name}-"))
        atexit.register(remove, str(folder), os.getpid())
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".done").exists():
            make(folder)
            (folder / ".done").touch()
    return folder


@cache
def migrated() -> Path:
    """An empty SQLite database: the migrations take five seconds each time."""
    return made_once("migrated", lambda folder: Site(folder).manage("migrate", "--verbosity", "0")) / "db.sqlite3"


@cache
def prepared() -> Path:
    """A data folder with demo data: with the migrations and static files that takes fifteen seconds each time."""

    def prepare(folder: Path) -> None:
        if RUN:  # others of its processes need it too
            shutil.copy(migrated(), folder)
        Site(folder, models_dir=models_dir()).prepare()

    return made_once("prepared", prepare)


def copy_prepared(folder: Path) -> None:
    """A site's data folder as :func:`prepared` has it."""
    left_out = shutil.ignore_patterns("models", ".lock", ".done")
    shutil.copytree(prepared(), folder, ignore=left_out, dirs_exist_ok=True)


@contextmanager
def running_site(*, extra: dict[str, str] | None = None) -> Iterator[Site]:
    """A prepared, running site with demo data; gone at the end. ``extra`` settings must leave the database as it is."""
    with tempfile.TemporaryDirectory(prefix="proctor-site-") as folder:
        site = Site(Path(folder), models_dir=models_dir(), extra=extra)
        copy_prepared(site.data_dir)
        with site:
            yield site


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """One running site for all tests that drive it from outside; see ``tests/conftest.py``."""
    with running_site() as running:
        yield running
