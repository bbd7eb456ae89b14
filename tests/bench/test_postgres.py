"""A PostgreSQL server of one's own, for the load and for `make test-postgres`."""

from __future__ import annotations

import os

import psycopg
import pytest

from proctoring.bench.postgres import NoPostgres, binaries, own_postgres, own_server


@pytest.fixture(scope="module", autouse=True)
def _postgres_is_installed() -> None:
    try:
        binaries()
    except NoPostgres as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))


def test_it_serves_an_empty_database_to_its_owner_alone_and_is_gone_afterwards() -> None:
    with own_postgres() as url:
        with psycopg.connect(url) as connection:
            tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
            durable = connection.execute("SHOW fsync").fetchone()
        assert (tables, durable) == ((0,), ("on",))
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(url, password="guessed")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_a_server_killed_with_all_its_processes_starts_again_with_what_was_committed() -> None:
    with own_server() as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS it")
            server.kill()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT it FROM kept")
        assert not server.answers()
        server.start()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT it FROM kept").fetchone() == (1,)
