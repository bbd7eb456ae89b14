"""The real site as a process of its own, for tests that drive it from outside."""

from __future__ import annotations

import atexit
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from proctoring.bench.server import ROOT, OwnServer
from tests.settings import remove


def models_dir() -> Path:
    """Exported models are kept between runs where the site itself has been used, else for this run."""
    kept = ROOT / "var" / "models"
    if kept.is_dir():
        return kept
    settings.PROCTOR_MODELS_DIR.mkdir(parents=True, exist_ok=True)
    return Path(settings.PROCTOR_MODELS_DIR)


class Site(OwnServer):
    """An :class:`OwnServer` with a way into its database."""

    def ask(self, code: str) -> Any:
        """Runs Python against the server's database in a process of its own; returns what it assigned to ``answer``."""
        marker = "ANSWER:"
        script = f"import json\n{code}\nprint({marker!r} + json.dumps(answer, default=str))"
        output = self.manage("shell", "--no-imports", "--verbosity", "0", "--command", script)
        return json.loads(output.split(marker, 1)[1])


@cache
def prepared() -> Path:
    """A data folder with demo data, made once a run: the migrations and static files take fifteen seconds each time.

    Of the processes of a run the first makes it, in the folder that all of them share (``tests/settings.py``).
    """
    if run := os.environ.get("PYTEST_XDIST_TESTRUNUID"):
        folder = Path(os.environ["PROCTOR_DATA_DIR"]).parent / f"prepared-{run}"
    else:
        folder = Path(tempfile.mkdtemp(prefix="proctor-prepared-"))
        atexit.register(remove, str(folder), os.getpid())
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".done").exists():
            Site(folder, models_dir=models_dir()).prepare()
            (folder / ".done").touch()
    return folder


@contextmanager
def running_site(*, extra: dict[str, str] | None = None) -> Iterator[Site]:
    """A prepared, running site with demo data; gone at the end. ``extra`` settings must leave the database as it is."""
    with tempfile.TemporaryDirectory(prefix="proctor-site-") as folder:
        site = Site(Path(folder), models_dir=models_dir(), extra=extra)
        shutil.copytree(
            prepared(), folder, ignore=shutil.ignore_patterns("models", ".lock", ".done"), dirs_exist_ok=True
        )
        with site:
            yield site


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """One running site for all tests that drive it from outside; see ``tests/conftest.py``."""
    with running_site() as running:
        yield running
