"""CPU time and memory of the server's processes, from the operating system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import psutil

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds so far, and memory in MiB. ``proportional``: shared pages counted once, over all processes."""

    web_cpu: float
    workers_cpu: float
    load_cpu: float
    web_mib: float
    workers_mib: tuple[float, ...]
    proportional_mib: float


def usage(server_pid: int, workers_pids: Sequence[int] = ()) -> Usage:
    """Of the server ``server_pid``, its children, workers elsewhere and this process, which makes the load."""
    web = psutil.Process(server_pid)
    workers = web.children(recursive=True)
    for worker in map(psutil.Process, workers_pids):
        workers += [worker, *worker.children(recursive=True)]
    return Usage(
        web_cpu=cpu_seconds(web),
        workers_cpu=sum(cpu_seconds(worker) for worker in workers),
        load_cpu=cpu_seconds(psutil.Process()),
        web_mib=web.memory_info().rss / MIB,
        workers_mib=tuple(worker.memory_info().rss / MIB for worker in workers),
        proportional_mib=sum(process.memory_full_info().pss for process in (web, *workers)) / MIB,
    )


def cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def cpu_model() -> str:
    """As /proc/cpuinfo names it; empty where there is none."""
    try:
        with open("/proc/cpuinfo") as file:  # noqa: PTH123  a file of the kernel
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    except OSError:
        return ""
    return names[0] if names else ""
