"""`make test-postgres`: every test that touches the database, on PostgreSQL.

On the server that PROCTOR_DATABASE names, with a right to make databases, else on one of their own. Arguments go to
pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest

from proctoring.bench.postgres import NoPostgres, own_postgres

ROOT = Path(__file__).resolve().parents[1]


def server() -> AbstractContextManager[str]:
    named = os.environ.get("PROCTOR_DATABASE", "")
    return nullcontext(named) if named.startswith("postgres") else own_postgres(forgetful=True)


@contextmanager
def own_or_skipped() -> Iterator[str]:
    """A server of one's own for a test, which is skipped where there is no PostgreSQL; never in CI."""
    try:
        with own_postgres(forgetful=True) as url:
            yield url
    except NoPostgres as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


def main(arguments: list[str]) -> int:
    try:
        with server() as url:
            command = [sys.executable, "-m", "pytest", "--database-only", *arguments]
            return subprocess.run(command, cwd=ROOT, env=os.environ | {"PROCTOR_DATABASE": url}, check=False).returncode
    except NoPostgres as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
