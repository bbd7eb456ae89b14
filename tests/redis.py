"""A Redis of the tests' own: the real server, on a free port, keeping nothing."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

START_SECONDS = 10.0
SERVER = "redis-server"


@dataclass(slots=True)
class RedisServer:
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    def url(self, database: int = 0) -> str:
        return f"redis://127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [SERVER, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError(f"{SERVER} does not answer on port {self.port}.")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Skips where there is no Redis; in CI its absence is a failure."""
    if shutil.which(SERVER) is None:
        message = f"{SERVER} is not installed (Debian and Ubuntu: apt install redis-server)."
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = RedisServer(int(free.getsockname()[1]))
    server.start()
    try:
        yield server
    finally:
        server.kill()
