"""What happens at the same moment as the work under test, in the order that the test asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def before(statement: str, do: Callable[[], object]) -> Iterator[None]:
    """Something that happens right before each statement that begins so, with its values in it."""
    busy = False

    def run(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal busy
        if not busy and (sql % tuple(params or ()) if "%s" in sql else sql).startswith(statement):
            busy = True
            try:
                do()
            finally:
                busy = False
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run):
        yield
