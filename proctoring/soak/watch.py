"""Memory, files, sockets and threads of a site's processes, from /proc; what the web process holds, from itself.

Memory is what a process has allocated for itself (anonymous pages, swapped-out ones too): that is where a leak shows.
Pages of libraries and other mapped files are left out. They are dropped and read again as the machine has room, and
shared with whoever runs the same, so they rise and fall with what others do.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil

from proctoring.bench.run import fetch_metrics

WEB = "web"
WORKER = "proctoring.analysis.worker"  # python -m WORKER descriptor NAME parent


@dataclass(frozen=True, slots=True)
class Sample:
    """One process. ``database``: open files of the data folder's SQLite, one or two for each thread that has a
    connection; ``files``: all others that are no sockets."""

    memory_mib: float
    resident_mib: float
    sockets: int
    database: int
    files: int
    all_threads: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole site at ``at`` seconds of some steady clock. ``held``: see ``proctoring.live.holdings``."""

    at: float
    processes: dict[str, Sample]
    held: dict[str, int]
    counters: dict[str, int]


def read(server_pid: int, url: str, cookie: str, *, at: float) -> Reading:
    """Raises MetricsUnavailable. ``cookie``: of a superuser."""
    figures = fetch_metrics(url, cookie)
    return Reading(
        at=at,
        processes={name: look(pid) for name, pid in processes(server_pid).items()},
        held=figures["held"],
        counters=figures["counters"],
    )


def processes(server_pid: int) -> dict[str, int]:
    """The web process and its workers, by name."""
    found = {WEB: server_pid}
    for child in psutil.Process(server_pid).children():
        command = child.cmdline()
        if WORKER in command:
            found[command[command.index(WORKER) + 2]] = child.pid
    return found


def lines(pid: int) -> tuple[str, ...]:
    """The network connections of a process, to tell what a socket that remains is."""
    every = psutil.Process(pid).net_connections("inet")
    return tuple(
        f"{each.laddr.port} to {each.raddr.port if each.raddr else 'nobody'} ({each.status})" for each in every
    )


def look(pid: int) -> Sample:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    kib = {name: int(status[name].split()[0]) for name in ("RssAnon", "VmSwap", "VmRSS")}
    sockets = database = files = 0
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        except FileNotFoundError:
            continue  # closed since
        if target.startswith("socket:"):
            sockets += 1
        elif "db.sqlite3" in target:
            database += 1
        else:
            files += 1
    return Sample(
        memory_mib=round((kib["RssAnon"] + kib["VmSwap"]) / 1024, 3),
        resident_mib=round(kib["VmRSS"] / 1024, 1),
        sockets=sockets,
        database=database,
        files=files,
        all_threads=int(status["Threads"]),
    )
