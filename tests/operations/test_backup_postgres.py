"""A backup of a site with PostgreSQL and a bucket, taken while it writes, and restored on another server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from proctoring.bench.postgres import binaries
from tests.bucket import KEYS, Bucket, make_bucket, s3_server
from tests.operations.backups import Place, Writer
from tests.postgres import own_or_skipped

BEFORE = 20  # events that are there when the backup begins


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch, s3_server() as address:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        yield address


def place(data_dir: Path, database: str, bucket: Bucket) -> Place:
    path = f"{binaries()}:{os.environ['PATH']}"  # to the pg_dump of the server's own version
    return Place(data_dir, {"PROCTOR_DATABASE": database, "PROCTOR_STORAGE": bucket.address, "PATH": path})


@pytest.fixture(scope="module")
def backup(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """Where it is, and how many events there were in the end. The site and its bucket are gone by then."""
    folder = tmp_path_factory.mktemp("a site's", numbered=False)
    copy, bucket = folder / "backup of 1 % #2?", make_bucket(endpoint)
    with own_or_skipped() as database:
        site = place(folder / "data", database, bucket)
        assert (done := site.manage("migrate", "--verbosity", "0")).returncode == 0, done.stderr
        with Writer(site) as writer:
            writer.wait_for(BEFORE)
            done = site.run_documented("backup: PostgreSQL", backup=copy)
            assert done.returncode == 0, done.stderr
            with psycopg.connect(database) as connection:
                [number] = connection.execute("SELECT COUNT(*) FROM proctoring_event").fetchone() or [0]
            writer.wait_for(number + 1)  # the site went on
            written = writer.end()
    for name in bucket.contents():
        bucket.client.delete_object(Bucket=bucket.name, Key=name)
    return copy, written


def test_what_is_restored_elsewhere_verifies(backup: tuple[Path, int], endpoint: str, tmp_path: Path) -> None:
    """Into another bucket; the way into a folder is that of test_copy_files.py and test_backup.py."""
    copy, written = backup
    with own_or_skipped() as elsewhere:
        restored = place(tmp_path / "data", elsewhere, make_bucket(endpoint))
        done = restored.run_documented("restore: PostgreSQL", backup=copy)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr.splitlines()[-1].endswith(" 0 findings.")
        pictures, events = restored.counts()
    assert BEFORE <= pictures == events < written
    assert (restored.data_dir / "secret_key").read_text() == (copy / "secret_key").read_text()
    assert copy.stat().st_mode & 0o077 == 0
    assert not (restored.data_dir / "media").exists()
