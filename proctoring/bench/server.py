"""A server of one's own: `manage.py serve` as a subprocess on a fresh data folder, for the benchmark and for tests."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120.0
STOP_SECONDS = 20.0
PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
call_command("demo_data")
"""  # in one process, as each takes two seconds to begin


class ServerDied(Exception):
    """The server ended or never answered; the message holds the end of its log."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class OwnServer:
    """``prepare()`` makes the database, static files and demo data; ``with server:`` runs it.

    Every setting is the one people get from `make run`; settings of the calling process (``PROCTOR_…`` and the settings
    module) are not handed on, ``extra`` is.
    """

    def __init__(self, data_dir: Path, *, models_dir: Path | None = None, extra: dict[str, str] | None = None) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data_dir / "server.log"
        ours = ("PROCTOR_", "DJANGO_SETTINGS_MODULE")
        outside = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self.environment = outside | {"PROCTOR_DATA_DIR": str(data_dir)} | (extra or {})
        self.process: subprocess.Popen[bytes] | None = None
        data_dir.mkdir(parents=True, exist_ok=True)
        if models_dir is not None and models_dir.is_dir() and not (data_dir / "models").exists():
            (data_dir / "models").symlink_to(models_dir)  # exporting a model takes longer than many a test

    def manage(self, *arguments: str) -> str:
        """Runs a management command against this server's data; returns its standard output."""
        done = subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        if done.returncode != 0:
            raise ServerDied(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def prepare(self) -> None:
        self.manage("shell", "--no-imports", "--verbosity", "0", "--command", PREPARE)

    def __enter__(self) -> OwnServer:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "manage.py", "serve", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerDied(f"The server did not start. The end of its log:\n{self.log_tail()}")
            time.sleep(0.2)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/accounts/login/")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        """Asks it to end as a terminal would, and ends its whole process group when it does not."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.terminate()
            self.process.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):  # workers it may have left behind
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def log_tail(self, lines: int = 60) -> str:
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
