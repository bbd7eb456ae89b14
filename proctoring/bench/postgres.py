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

import psutil
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


class Server:
    """One in ``folder``, which has been set up. ``url``: of its database “proctor”, once that is made."""

    def __init__(self, bin_dir: Path, folder: Path, account: str | None, options: list[str], url: str) -> None:
        self.url = url
        self._folder = folder
        self._account = account
        self._log = folder / "server.log"
        self._command = [str(bin_dir / "postgres"), "-D", str(folder / "data")]
        self._command += [part for option in options for part in ("-c", option)]
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start it, and do not wait until it answers."""
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603
                self._command,
                user=self._account,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                start_new_session=True,
            )

    def start(self) -> None:
        self.begin()
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self._main_url):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise NoPostgres(f"PostgreSQL did not start. Its log:\n{self.log()}")
            time.sleep(0.1)

    def answers(self) -> bool:
        return _answers(self.url)

    def make_database(self) -> None:
        with psycopg.connect(self._main_url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE proctor")

    def kill(self) -> None:
        """All of its processes at once, as when the machine goes down. Each is its own process group."""
        if self._process is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            first = psutil.Process(self._process.pid)
            first.suspend()  # or it would start others meanwhile
            for process in [*first.children(recursive=True), first]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """At once and in good order, whoever is still connected."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        self.kill()

    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else "(no log)"

    @property
    def _main_url(self) -> str:
        return self.url.removesuffix("proctor") + "postgres"


@contextmanager
def own_server(*, forgetful: bool = False) -> Iterator[Server]:
    """Running, with an empty database.

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
        options += FORGETFUL if forgetful else ()
        server = Server(bin_dir, folder, account, options, f"postgres://proctor:{password}@127.0.0.1:{port}/proctor")
        try:
            server.start()
            server.make_database()
            yield server
        finally:
            server.stop()


@contextmanager
def own_postgres(*, forgetful: bool = False) -> Iterator[str]:
    """The address of an empty database, as PROCTOR_DATABASE takes it; ``forgetful`` as above."""
    with own_server(forgetful=forgetful) as server:
        yield server.url


def _answers(url: str) -> bool:
    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2).close()
        return True
    return False


def _run(account: str | None, command: list[str | Path]) -> None:
    done = subprocess.run(command, user=account, capture_output=True, text=True, cwd="/", check=False)  # noqa: S603
    if done.returncode != 0:
        raise NoPostgres(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
