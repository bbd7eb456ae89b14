"""Frames' workers over a Redis of their own, each pinned to one core: what another core or machine adds."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import redis

from proctoring.analysis.remote_wire import WORKERS
from proctoring.bench.server import ROOT, OwnServer, free_port
from proctoring.soak.watch import WEB, processes

SERVER = "redis-server"
START_SECONDS = 180.0
COMMAND = ("-m", "celery", "-A", "proctor_site", "worker", "--queues", "frames", "--concurrency", "1")
OPTIONS = ("--prefetch-multiplier", "1", "--without-gossip", "--without-mingle")


class NoWorkers(Exception):
    """Redis is not installed, there are too few cores, or a worker did not start; the message says what to do."""


@contextmanager
def own_redis() -> Iterator[dict[str, str]]:
    """The settings of a site that uses it, and Celery's workers."""
    if shutil.which(SERVER) is None:
        raise NoWorkers(f"{SERVER} is not installed (Debian and Ubuntu: apt install redis-server).")
    port = free_port()
    command = [SERVER, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        yield {
            "PROCTOR_REDIS": f"redis://127.0.0.1:{port}/0",
            "PROCTOR_BROKER": f"redis://127.0.0.1:{port}/1",
            "PROCTOR_ANALYSIS": "celery",
        }
    finally:
        process.terminate()
        process.wait()


@contextmanager
def pinned_workers(count: int, environment: dict[str, str], folder: Path) -> Iterator[tuple[int, ...]]:
    """Their process ids. This process, and what it starts from now on, keeps to the cores that are left, if any."""
    allowed = os.sched_getaffinity(0)
    cores = sorted(allowed)
    if count > len(cores):
        raise NoWorkers(f"{count} workers need a core each, and this machine has {len(cores)}.")
    started = []
    try:
        for core in cores[len(cores) - count :]:
            started.append(_start(core, environment, folder / f"frames-{core}.log"))
        if rest := set(cores[: len(cores) - count]):
            os.sched_setaffinity(0, rest)
        _wait(count, environment["PROCTOR_REDIS"], started, folder)
        yield tuple(process.pid for process in started)
    finally:
        os.sched_setaffinity(0, allowed)
        for process in started:
            process.terminate()
        for process in started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def pinned_server(server: OwnServer) -> Iterator[OwnServer]:
    """It runs, with its one analysis worker on the last core and all else on the others, if there are any."""
    allowed = os.sched_getaffinity(0)
    *rest, last = sorted(allowed)
    try:
        os.sched_setaffinity(0, set(rest) or allowed)
        with server:
            assert server.process is not None
            for name, pid in processes(server.process.pid).items():
                if name != WEB:
                    for thread in Path(f"/proc/{pid}/task").iterdir():
                        os.sched_setaffinity(int(thread.name), {last})
            yield server
    finally:
        os.sched_setaffinity(0, allowed)


def running_redis() -> int | None:
    """The process id of the one that ``own_redis`` has started."""
    found = [child.pid for child in psutil.Process().children() if child.name() == SERVER]
    return int(found[0]) if found else None


def _start(core: int, environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, *COMMAND, *OPTIONS, "--hostname", f"frames-{core}@%h"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    os.sched_setaffinity(process.pid, {core})  # before it has started anything; what it starts inherits it
    return process


def _wait(count: int, url: str, started: list[subprocess.Popen[bytes]], folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    with redis.Redis.from_url(url) as client:
        while True:
            with contextlib.suppress(redis.ConnectionError):
                if client.hlen(WORKERS) >= count:
                    return
            if time.monotonic() > deadline or any(process.poll() is not None for process in started):
                logs = "\n".join(log.read_text(errors="replace")[-2000:] for log in folder.glob("frames-*.log"))
                raise NoWorkers(f"A worker did not start. Their logs end with:\n{logs}")
            time.sleep(0.2)
