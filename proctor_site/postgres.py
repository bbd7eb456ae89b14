"""What every connection to PostgreSQL is told when it opens."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver


@receiver(connection_created)
def run_without_compiling(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """PostgreSQL compiles a query that it estimates to be long. The estimates of ours are far too high where they look
    into each session's events: the list of those that need a look, among 4,000, ran for 10 ms and was compiled for 5 s.

    It is no option of the connection in the settings, as PgBouncer refuses connections with options it does not know.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")
