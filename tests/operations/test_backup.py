"""A backup of a site with SQLite, restored elsewhere."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.operations.backups import Place, Writer
from tests.server import copy_prepared


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """A backup taken while events were written, and how many there were in the end."""
    folder = tmp_path_factory.mktemp("a site's", numbered=False)  # names of folders may hold anything
    data_dir, copy = folder / "data", folder / "backup of 1 % #2?"
    site = Place(data_dir)
    copy_prepared(data_dir)
    with Writer(site) as writer:
        writer.wait_for(20)
        done = site.run_documented("backup: SQLite", backup=copy)
        assert (done.returncode, done.stderr) == (0, "")
        with closing(sqlite3.connect(copy / "db.sqlite3")) as copied:
            [[number]] = copied.execute("SELECT COUNT(*) FROM proctoring_event")
        writer.wait_for(number + 1)  # the site went on
        written = writer.end()
    yield copy, written
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def restored(backup: tuple[Path, int], tmp_path_factory: pytest.TempPathFactory) -> Place:
    site = Place(tmp_path_factory.mktemp("elsewhere") / "restored")
    done = site.run_documented("restore: SQLite", backup=backup[0])
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.splitlines()[-1].endswith(" 0 findings.")
    return site


def test_what_is_restored_elsewhere_verifies(backup: tuple[Path, int], restored: Place) -> None:
    _, written = backup
    pictures, events = restored.counts()
    assert 20 <= pictures == events < written
    assert len(list((restored.data_dir / "media" / "snapshots").rglob("*.jpg"))) >= pictures
    assert restored.manage("verify_evidence").returncode == 0


def test_a_picture_left_out_is_found(restored: Place, tmp_path: Path) -> None:
    damaged = Place(tmp_path / "damaged")
    shutil.copytree(restored.data_dir, damaged.data_dir)
    next((damaged.data_dir / "media" / "snapshots").rglob("NO_FACE_7.jpg")).unlink()
    done = damaged.manage("verify_evidence")
    assert done.returncode == 1
    [line] = done.stdout.splitlines()
    assert " event 7: missing_picture: " in line


def test_only_its_owner_can_read_a_backup(backup: tuple[Path, int]) -> None:
    copy, _ = backup
    assert copy.stat().st_mode & 0o077 == 0
    assert (copy / "secret_key").stat().st_mode & 0o777 == 0o600


def test_the_key_comes_along(backup: tuple[Path, int], restored: Place) -> None:
    assert (restored.data_dir / "secret_key").read_text() == (backup[0] / "secret_key").read_text()


def test_a_wrong_folder_is_said_and_not_backed_up_as_an_empty_site(tmp_path: Path) -> None:
    done = Place(tmp_path / "nothing here").run_documented("backup: SQLite", backup=tmp_path / "backup")
    assert done.returncode != 0
    assert "unable to open database file" in done.stderr
    assert not (tmp_path / "nothing here").exists()
