"""The load itself: everybody begins within the arrival time and saves until the end, in one process."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil

from proctoring.bench.processes import cpu_seconds
from proctoring.load.candidate import Candidate, Failed
from proctoring.load.exam import Place
from proctoring.load.tally import Tally

Probe = Callable[[], dict[str, float]]


@dataclass(frozen=True, slots=True)
class Plan:
    arrival: float  # seconds in which everybody begins
    seconds: float  # measured after that
    every: float  # seconds from one save of a candidate to their next


async def run(
    places: Sequence[Place], *, exam_id: int, ports: Sequence[int], plan: Plan, probe: Probe
) -> tuple[Tally, dict[str, dict[str, float]]]:
    """What was met with, and by phase how many cores each part used."""
    tally = Tally()
    gc.freeze()  # thousands of tasks that live to the end need not be looked through again and again
    began = time.monotonic()
    end = began + plan.arrival + plan.seconds
    tasks = [
        asyncio.create_task(_sit(place, number, len(places), exam_id, ports, plan, tally, began, end))
        for number, place in enumerate(places)
    ]
    cores = {}
    for phase, until in (("starting", began + plan.arrival), ("steady", end)):
        tally.phase = phase
        before, since = probe(), time.monotonic()
        await asyncio.sleep(max(0.0, until - time.monotonic()))
        after, elapsed = probe(), time.monotonic() - since
        cores[phase] = {name: round((after[name] - before[name]) / elapsed, 2) for name in after}
    await asyncio.gather(*tasks)
    return tally, cores


async def _sit(
    place: Place,
    number: int,
    of: int,
    exam_id: int,
    ports: Sequence[int],
    plan: Plan,
    tally: Tally,
    began: float,
    end: float,
) -> None:
    candidate = Candidate(place, exam_id=exam_id, port=ports[number % len(ports)], tally=tally)
    await asyncio.sleep(began + plan.arrival * number / of - time.monotonic())
    try:
        await candidate.begin()
        await candidate.save_until(end, every=plan.every)
    except Failed:
        return  # counted; somebody who never got in saves nothing
    finally:
        tally.reopened += candidate.connection.reopened
        await candidate.connection.close()


def probe_of(servers: Sequence[int], database: int | None) -> Probe:
    """CPU seconds so far of the servers with all their children, of the database, of this process, and of all else that
    this machine does: where that is much, the figures are not the site's."""

    def family(process: psutil.Process) -> float:
        ended = process.cpu_times()
        total = cpu_seconds(process) + float(ended.children_user + ended.children_system)
        for child in process.children(recursive=True):
            try:
                total += cpu_seconds(child)
            except psutil.NoSuchProcess:
                continue  # its time is with its parent's from now on
        return total

    def look() -> dict[str, float]:
        found = {"servers": sum(family(psutil.Process(pid)) for pid in servers)}
        if database is not None:
            found["database"] = family(psutil.Process(database))
        found["load"] = cpu_seconds(psutil.Process())
        return found | {"others": busy() - sum(found.values())}

    return look


def busy() -> float:
    """CPU seconds of the whole machine since it started."""
    times = psutil.cpu_times()._asdict()
    within = ("idle", "iowait", "guest", "guest_nice")  # no work, and what "user" contains already
    return float(sum(seconds for name, seconds in times.items() if name not in within))
