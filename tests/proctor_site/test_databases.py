"""What the settings ask of a database, as a connection made by them has it."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

from proctor_site.settings import database
from tests.postgres import own_or_skipped


@pytest.fixture(autouse=True)
def _own_databases(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():  # none of them is the one that tests share
        yield


@contextmanager
def connected(url: str) -> Iterator[BaseDatabaseWrapper]:
    connection = ConnectionHandler({"default": database(url)})["default"]
    try:
        connection.ensure_connection()
        yield connection
    finally:
        connection.close()


def test_what_sqlite_acknowledged_is_on_the_disk(tmp_path: Path) -> None:
    with connected(f"sqlite:///{tmp_path}/db.sqlite3") as connection, connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        full = 2  # as SQLite numbers it
        assert cursor.execute("PRAGMA synchronous").fetchone() == (full,)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with own_or_skipped() as url:
        yield url


def test_a_postgresql_that_vanishes_is_given_up_within_ten_seconds(postgres: str) -> None:
    with connected(postgres) as connection:
        said = connection.connection.info.get_parameters()
        assert {"connect_timeout": "5", "tcp_user_timeout": "10000"}.items() <= said.items()
        with socket.socket(fileno=connection.connection.fileno()) as line:
            try:
                # What the system was told: milliseconds until what was sent must be taken, seconds of silence.
                assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000
                assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
                assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 5
                assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 2
            finally:
                line.detach()  # it is the connection's to close


def test_postgresql_compiles_no_query(postgres: str) -> None:
    with connected(postgres) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


def test_a_postgresql_that_says_nothing_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        with pytest.raises(OperationalError), connected(f"postgres://u:p@127.0.0.1:{mute.getsockname()[1]}/x"):
            pass
        assert time.monotonic() - began < 60.0, "unlimited, it waits for more than two minutes"
