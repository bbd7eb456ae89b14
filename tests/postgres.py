"""`make test-postgres`: every test that touches the database, on PostgreSQL.

On the server that PROCTOR_DATABASE names, with a right to make databases, else on one of their own. Arguments go to
pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from proctoring.bench.postgres import NoPostgres, own_postgres

ROOT = Path(__file__).resolve().parents[1]


def server() -> AbstractContextManager[str]:
    named = os.environ.get("PROCTOR_DATABASE", "")
    return nullcontext(named) if named.startswith("postgres") else own_postgres(forgetful=True)


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
