"""The commands of docs/operations.md, run as they stand there, against a site that goes on writing."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Writes one event with a picture after the other, and says each number, until it is told to end.
WRITE = """
import select, sys
from proctoring import services
from proctoring.services import Commit, Drafted
from tests import factories
from tests.services.drafts import draft
session, number = factories.session(), 0
while not select.select([sys.stdin], [], [], 0)[0]:
    number += 1
    drafted = Drafted(draft(at_ms=number), factories.jpeg(shade=number % 256))
    services.commit(Commit(session_id=session.pk, epoch=0, drafts=[drafted]))
    print(number, flush=True)
"""
COUNT = """
from proctoring.models import Event, Session
print(Event.objects.exclude(snapshot="").count(), Session.objects.get().event_count)
"""


def documented(name: str) -> str:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    found = re.search(rf"```sh\n(# {re.escape(name)}\n.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


def environment(data_dir: Path) -> dict[str, str]:
    ours = ("PROCTOR_", "DJANGO_SETTINGS_MODULE")
    outside = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return outside | {"PROCTOR_DATA_DIR": str(data_dir)}


def manage(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment(data_dir), capture_output=True, text=True)


def run_documented(name: str, *, data_dir: Path, backup: Path) -> subprocess.CompletedProcess[str]:
    variables = {"PYTHON": sys.executable, "DATA": str(data_dir), "BACKUP": str(backup)}
    return subprocess.run(
        ["bash", "-c", documented(name)],
        cwd=ROOT,
        env=environment(data_dir) | variables,
        capture_output=True,
        text=True,
    )


class Writer:
    """A process of the site that writes while everything else happens."""

    def __init__(self, data_dir: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--no-imports", "--verbosity", "0", "--command", WRITE],
            cwd=ROOT,
            env=environment(data_dir),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._numbers = self._process.stdout
        self._last = 0

    def wait_for(self, number: int) -> None:
        for line in self._numbers:
            self._last = int(line)
            if self._last >= number:
                return
        raise AssertionError("The writer ended too early.")

    def end(self) -> int:
        """The number of events it wrote."""
        rest, _ = self._process.communicate("end\n", timeout=60)
        assert self._process.returncode == 0
        return int(rest.split()[-1]) if rest else self._last

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """A backup taken while events were written, and how many there were in the end."""
    folder = tmp_path_factory.mktemp("a site's", numbered=False)  # names of folders may hold anything
    data_dir, copy = folder / "data", folder / "backup of 1 % #2?"
    assert manage(data_dir, "migrate", "--verbosity", "0").returncode == 0
    with Writer(data_dir) as writer:
        writer.wait_for(20)
        done = run_documented("backup: SQLite", data_dir=data_dir, backup=copy)
        assert (done.returncode, done.stderr) == (0, "")
        with closing(sqlite3.connect(copy / "db.sqlite3")) as copied:
            [[number]] = copied.execute("SELECT COUNT(*) FROM proctoring_event")
        writer.wait_for(number + 1)  # the site went on
        written = writer.end()
    yield copy, written
    shutil.rmtree(folder)


@pytest.fixture
def restored(backup: tuple[Path, int], tmp_path: Path) -> Path:
    data_dir = tmp_path / "restored"
    done = run_documented("restore: SQLite", data_dir=data_dir, backup=backup[0])
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.splitlines()[-1].endswith(" 0 findings.")
    return data_dir


def test_what_is_restored_elsewhere_verifies(backup: tuple[Path, int], restored: Path) -> None:
    _, written = backup
    pictures, events = map(int, manage(restored, "shell", "--no-imports", "-v", "0", "-c", COUNT).stdout.split())
    assert 20 <= pictures == events < written
    assert len(list((restored / "media" / "snapshots").rglob("*.jpg"))) >= pictures
    assert manage(restored, "verify_evidence").returncode == 0


def test_a_picture_left_out_is_found(restored: Path) -> None:
    next((restored / "media" / "snapshots").rglob("NO_FACE_7.jpg")).unlink()
    done = manage(restored, "verify_evidence")
    assert done.returncode == 1
    [line] = done.stdout.splitlines()
    assert " event 7: missing_picture: " in line


def test_only_its_owner_can_read_a_backup(backup: tuple[Path, int]) -> None:
    copy, _ = backup
    assert copy.stat().st_mode & 0o077 == 0
    assert (copy / "secret_key").stat().st_mode & 0o777 == 0o600


def test_the_key_comes_along(backup: tuple[Path, int], restored: Path) -> None:
    assert (restored / "secret_key").read_text() == (backup[0] / "secret_key").read_text()


def test_a_wrong_folder_is_said_and_not_backed_up_as_an_empty_site(tmp_path: Path) -> None:
    done = run_documented("backup: SQLite", data_dir=tmp_path / "nothing here", backup=tmp_path / "backup")
    assert done.returncode != 0
    assert "unable to open database file" in done.stderr
    assert not (tmp_path / "nothing here").exists()
