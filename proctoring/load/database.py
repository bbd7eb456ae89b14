"""The database under load: one of its own on a PostgreSQL server, and what its processes are."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
from django.db import connection

from exams.models import Answer
from proctoring.bench.postgres import own_postgres
from proctoring.load.tally import Tally

LOCAL = {"127.0.0.1", "localhost", "::1"}


@contextmanager
def own() -> Iterator[str]:
    """On the PostgreSQL server that PROCTOR_DATABASE names, or on one started for this."""
    named = os.environ.get("PROCTOR_DATABASE", "")
    if not named.startswith("postgres"):
        with own_postgres() as url:
            yield url
        return
    name = f"proctor_load_{secrets.token_hex(4)}"
    with psycopg.connect(named, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(urlsplit(named)._replace(path=f"/{name}"))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def first_process() -> int | None:
    """The number of PostgreSQL's first process, where it runs on this machine."""
    if connection.vendor != "postgresql" or connection.settings_dict["HOST"] not in LOCAL:
        return None
    connection.ensure_connection()
    try:
        parent = psutil.Process(connection.connection.info.backend_pid).parent()
    except psutil.NoSuchProcess:
        return None  # it runs in a container
    return parent.pid if parent is not None else None


def version() -> str:
    if connection.vendor == "sqlite":
        return "SQLite"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (number,) = cursor.fetchone()
    return f"PostgreSQL {number}"


def missing(tally: Tally) -> int:
    """Answers that were acknowledged and are not there."""
    return len(tally.kept - set(Answer.objects.values_list("client_id", flat=True)))
