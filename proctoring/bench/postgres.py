"""A PostgreSQL server of one's own, in a folder that is thrown away afterwards: for the load and for the tests."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from proctoring.bench.server import free_port

DEBIAN = Path("/usr/lib/postgresql")
ACCOUNT = "postgres"  # whom the server runs as where the caller is root: PostgreSQL refuses to run as root
START_SECONDS = 60.0
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class NoPostgres(Exception):
    """There is no PostgreSQL on this machine, or it did not start; the message says what to do."""


def binaries() -> Path:
    """The folder of ``initdb`` and ``postgres``: of what is on the path, else the newest of Debian's."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    if kept := sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])):
        return kept[-1].parent
    raise NoPostgres("PostgreSQL's server is not installed here (Debian and Ubuntu: apt install postgresql).")


@contextmanager
def own_postgres(*, forgetful: bool = False) -> Iterator[str]:
    """The address of an empty database, as PROCTOR_DATABASE takes it.

    ``forgetful``: it may lose everything when the machine goes down, and is faster for it.
    """
    bin_dir, port, password = binaries(), free_port(), secrets.token_urlsafe(16)
    with tempfile.TemporaryDirectory(prefix="proctor-postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        account = ACCOUNT if os.getuid() == 0 else None
        secret = folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        if account is not None:
            shutil.chown(folder, account)
            shutil.chown(secret, account)
        _run(
            account,
            [
                bin_dir / "initdb",
                f"--pgdata={folder / 'data'}",
                "--username=proctor",
                f"--pwfile={secret}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
        )
        options = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"]
        url = f"postgres://proctor:{password}@127.0.0.1:{port}/postgres"
        with _serving(bin_dir, folder, account, [*options, *(FORGETFUL if forgetful else ())], url):
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("CREATE DATABASE proctor")
            yield url.removesuffix("postgres") + "proctor"


@contextmanager
def _serving(bin_dir: Path, folder: Path, account: str | None, options: list[str], url: str) -> Iterator[None]:
    log = folder / "server.log"
    command = [str(bin_dir / "postgres"), "-D", str(folder / "data")]
    command += [part for option in options for part in ("-c", option)]
    with log.open("wb") as output:
        server = subprocess.Popen(  # noqa: S603
            command, user=account, stdout=output, stderr=subprocess.STDOUT, cwd=folder, start_new_session=True
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(url):
            if server.poll() is not None or time.monotonic() > deadline:
                raise NoPostgres(f"PostgreSQL did not start. Its log:\n{log.read_text(errors='replace')}")
            time.sleep(0.1)
        yield
    finally:
        server.send_signal(signal.SIGINT)  # ends at once and in good order, whoever is still connected
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(20)
        server.kill()
        server.wait()


def _answers(url: str) -> bool:
    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2).close()
        return True
    return False


def _run(account: str | None, command: list[str | Path]) -> None:
    done = subprocess.run(command, user=account, capture_output=True, text=True, cwd="/", check=False)  # noqa: S603
    if done.returncode != 0:
        raise NoPostgres(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
