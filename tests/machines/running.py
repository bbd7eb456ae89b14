"""Processes as the documented commands start them, each on a machine of its own as far as one computer can show it:
with a data folder of its own, and nothing in common but Redis, PostgreSQL and a bucket."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from proctoring.bench.postgres import own_postgres
from proctoring.bench.server import free_port
from tests.bucket import KEYS, make_bucket, s3_server
from tests.machines import documented
from tests.machines.documented import ROOT

MODELS = ROOT / "var" / "models"
START_SECONDS = 240.0
STOP_SECONDS = 30.0
SECRET_KEY = "only-for-this-run-" + "0123456789abcdef" * 4
WEBS = ("web-a", "web-b")


class Failed(Exception):
    """Something did not start, or did not do what it should; the message says what and ends with its log."""


@dataclass(slots=True)
class Machine:
    """``name``: of its folder and log."""

    name: str
    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def do(self, name: str) -> str:
        """A documented block that ends by itself; what it says."""
        done = subprocess.run(
            ["bash", "-euc", documented.commands()[name]],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise Failed(f"“{name}” failed on {self.name}:\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def start(self, name: str) -> None:
        """A documented command that goes on."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["bash", "-euc", documented.as_service(name)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self) -> None:
        """As a service manager does: a request, patience, then force for whatever is left of it."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.terminate()
            self.process.wait(STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """All of its processes at once, as when the machine itself goes down."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def tail(self, lines: int = 40) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else "(no log)"
        return f"---- {self.name} ----\n" + "\n".join(text.splitlines()[-lines:])


@dataclass(slots=True)
class Site:
    """All machines of one site. ``ports``: of the web processes."""

    machines: dict[str, Machine] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def addresses(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self.ports.values()]

    def tails(self) -> str:
        return "\n".join(machine.tail() for machine in self.machines.values())


@contextmanager
def site() -> Iterator[Site]:
    """Everything started and ready; all of it gone at the end."""
    os.environ.update(KEYS)  # the bucket is made in this process
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="proctor-machines-")))
        database = stack.enter_context(own_postgres(forgetful=True))
        bucket = make_bucket(stack.enter_context(s3_server()))
        redis_port = free_port()
        shared = KEYS | {
            "PROCTOR_DATABASE": database,
            "PROCTOR_REDIS": f"redis://127.0.0.1:{redis_port}/0",
            "PROCTOR_BROKER": f"redis://127.0.0.1:{redis_port}/1",
            "PROCTOR_STORAGE": bucket.address,
            "PROCTOR_ANALYSIS": "celery",
            "PROCTOR_SECRET_KEY": SECRET_KEY,
        }
        found = Site()

        def machine(name: str, **own: str) -> Machine:
            made = found.machines[name] = make_machine(name, folder / name, shared | own)
            stack.callback(made.stop)
            return made

        redis = machine("redis", REDIS_ADDRESS="127.0.0.1", REDIS_PORT=str(redis_port))
        redis.start("Redis")
        first = machine("first")
        first.do("once, and after every update")
        first.do("demo data, to try it out")
        machine("frames", CORES="2").start("frames: a machine that looks at pictures")
        machine("worker").start("worker: mail, exports, marking, imports, webhooks, retention")
        machine("beat").start("beat: the timetable, exactly one")
        for name in WEBS:
            port = found.ports[name] = free_port()
            web = machine(name, ADDRESS="127.0.0.1", PORT=str(port))
            web.do("static files of a web machine")
            web.start("web: pages and live connections")
        for name, address in zip(WEBS, found.addresses, strict=True):
            wait_until(partial(answers, f"{address}/readyz"), f"{name} is not ready", found)
        yield found


def make_machine(name: str, folder: Path, settings: dict[str, str]) -> Machine:
    """With none of the settings of whoever runs this, and all that the page asks for."""
    assert documented.settings() == {key for key in settings if key.startswith(("PROCTOR_", "AWS_"))} | {
        "PROCTOR_DATA_DIR"
    }, f"{documented.PAGE.name} names other settings than those that this sets."
    folder.mkdir()
    if MODELS.is_dir():
        (folder / "models").symlink_to(MODELS)
    outside = {key: value for key, value in os.environ.items() if not key.startswith(("PROCTOR_", "DJANGO_", "AWS_"))}
    return Machine(name, folder, outside | {"PYTHON": sys.executable, "PROCTOR_DATA_DIR": str(folder)} | settings)


def wait_until(true: Callable[[], bool], otherwise: str, site: Site, seconds: float = START_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        gone = [each.name for each in site.machines.values() if each.process and each.process.poll() is not None]
        if gone or time.monotonic() > deadline:
            raise Failed(f"{otherwise} ({', '.join(gone) or 'nothing'} ended).\n{site.tails()}")
        time.sleep(0.3)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False
