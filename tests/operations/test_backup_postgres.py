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


def place(data_dir: Path, database: str, bucket: Bucket | None) -> Place:
    storage = {"PROCTOR_STORAGE": bucket.address} if bucket is not None else {}
    path = f"{binaries()}:{os.environ['PATH']}"  # to the pg_dump of the server's own version
    return Place(data_dir, {"PROCTOR_DATABASE": database, "PATH": path} | storage)


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


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    with own_or_skipped() as database:
        yield database


@pytest.fixture(params=["bucket", "folder"])
def restored(
    backup: tuple[Path, int], elsewhere: str, endpoint: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Place:
    with psycopg.connect(elsewhere, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {request.param}")
    database = f"{elsewhere.rpartition('/')[0]}/{request.param}"
    return place(tmp_path / "data", database, make_bucket(endpoint) if request.param == "bucket" else None)


def test_what_is_restored_elsewhere_verifies(backup: tuple[Path, int], restored: Place) -> None:
    copy, written = backup
    done = restored.run_documented("restore: PostgreSQL", backup=copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.splitlines()[-1].endswith(" 0 findings.")
    pictures, events = restored.counts()
    assert BEFORE <= pictures == events < written
    assert (restored.data_dir / "secret_key").read_text() == (copy / "secret_key").read_text()
    assert copy.stat().st_mode & 0o077 == 0
    assert (restored.data_dir / "media").is_dir() == ("PROCTOR_STORAGE" not in restored.settings)
