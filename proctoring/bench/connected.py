"""What being connected costs: many candidates who send few pictures, so that not the models are the limit.

Each number of candidates is taken twice, with nobody watching and with a proctor's wall open. Everybody connects first
and says nothing for a while; that is what an open connection costs. Then all send.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psutil

from proctoring.bench.load import Level, Probe, Seat, Tally
from proctoring.bench.processes import cpu_seconds
from proctoring.bench.run import fetch_metrics
from proctoring.bench.search import percentile
from proctoring.replay.client import CandidateClient
from proctoring.soak.proctor import Proctor
from proctoring.soak.watch import look

STATEMENTS = "statements"
SETTLE_SECONDS = 6.0  # until an open wall has said to everybody that it is there, and been answered


@dataclass(frozen=True, slots=True)
class Reading:
    """CPU seconds so far. ``memory_mib``: what the web process has allocated for itself."""

    at: float
    web: float
    workers: float
    database: float
    load: float
    memory_mib: float
    counters: dict[str, int]
    cpu_ms: dict[str, float]
    times_ms: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Connected:
    """One number of candidates. Milliseconds of CPU are of the web process unless they say otherwise.

    ``idle_ms``: per candidate and second while nobody sends. ``frame_ms``: all that a frame adds to that, the thread
    that writes (``writing_ms``) included. ``database_server_ms``: of PostgreSQL's processes, a frame.
    """

    candidates: int
    wall: bool
    frames: int
    not_analysed: dict[str, int]
    frames_per_second: float
    idle_ms: float
    frame_ms: float
    writing_ms: float
    database_server_ms: float
    worker_ms: float
    statements: float
    memory_kib: float  # per candidate, over the web process without anybody
    p50_ms: float
    p95_ms: float
    commit_ms: dict[str, float] = field(default_factory=dict)
    cores: dict[str, float] = field(default_factory=dict)


class Crowd(Level):
    """A level that begins to send only when told, and is measured before that too."""

    def __init__(self, seats: Sequence[Seat], *, url: str, interval: float, silence: float, on_silence: Probe) -> None:
        super().__init__(seats, url=url, interval=interval)
        self.silence, self.on_silence = silence, on_silence
        self._begin = asyncio.Event()
        self._connected = 0
        self._all_connected = asyncio.Event()

    async def _count(self, warm_up: float, seconds: float, on_begin: Probe, on_end: Probe) -> None:
        await self._all_connected.wait()
        await asyncio.sleep(min(SETTLE_SECONDS, self.silence))
        await self.on_silence()
        await asyncio.sleep(self.silence)
        await self.on_silence()
        self._begin.set()
        await super()._count(warm_up, seconds, on_begin, on_end)

    async def _begins(self, client: CandidateClient) -> None:
        self._connected += 1
        if self._connected == len(self.seats):
            self._all_connected.set()
        await self._begin.wait()
        await super()._begins(client)


@dataclass(frozen=True, slots=True)
class Bench:
    """``exam_id`` and ``proctor``, whose cookie it is: the wall that is opened. ``database_pid``: PostgreSQL's, where
    it runs here. A site without anybody had allocated ``alone_mib``."""

    url: str
    server_pid: int
    cookie: str
    exam_id: int
    proctor: str
    interval: float
    seconds: float
    silence: float
    alone_mib: float
    database_pid: int | None

    def run(self, seats: Sequence[Seat], *, wall: bool) -> Connected:
        return asyncio.run(self._run(seats, wall))

    async def _run(self, seats: Sequence[Seat], wall: bool) -> Connected:
        silent: list[Reading] = []
        sending: list[Reading] = []

        async def into(readings: list[Reading]) -> None:
            readings.append(await asyncio.to_thread(self.read))

        crowd = Crowd(
            seats, url=self.url, interval=self.interval, silence=self.silence, on_silence=lambda: into(silent)
        )
        proctor = Proctor(self.url, exam_id=self.exam_id, cookie=self.proctor, seats=())
        watching = asyncio.create_task(proctor.watch_wall()) if wall else None
        try:
            tally = await crowd.run(
                warm_up=self.interval,
                seconds=self.seconds,
                on_begin=lambda: into(sending),
                on_end=lambda: into(sending),
            )
        finally:
            if watching is not None:
                watching.cancel()
                with suppress(asyncio.CancelledError):
                    await watching
        if any(what.startswith("failed") for what in proctor.met):
            raise RuntimeError(f"The wall did not stay open: {dict(proctor.met)}")
        return self.result(len(seats), wall, (silent[0], silent[1]), (sending[0], sending[1]), tally)

    def read(self) -> Reading:
        figures = fetch_metrics(self.url, self.cookie)
        web = psutil.Process(self.server_pid)
        return Reading(
            at=figures["unix_time"],
            web=cpu_seconds(web),
            workers=sum(cpu_seconds(worker) for worker in web.children()),
            database=0.0 if self.database_pid is None else family(psutil.Process(self.database_pid)),
            load=cpu_seconds(psutil.Process()),
            memory_mib=look(self.server_pid).memory_mib,
            counters=figures["counters"],
            cpu_ms=figures["cpu_ms"],
            times_ms=figures["times_ms"],
        )

    def result(
        self,
        candidates: int,
        wall: bool,
        silent: tuple[Reading, Reading],
        sending: tuple[Reading, Reading],
        tally: Tally,
    ) -> Connected:
        before, after = sending
        frames = max(1, after.counters.get("frames_analysed", 0) - before.counters.get("frames_analysed", 0))
        idle = (silent[1].web - silent[0].web) / (silent[1].at - silent[0].at)
        elapsed = after.at - before.at

        def per_frame(cpu: float) -> float:
            return round(cpu * 1000 / frames, 3)

        def cores(name: str) -> float:
            return round(float(getattr(after, name) - getattr(before, name)) / elapsed, 3)

        return Connected(
            candidates=candidates,
            wall=wall,
            frames=frames,
            not_analysed=dict(tally.not_analysed) | ({"skipped": tally.skipped} if tally.skipped else {}),
            frames_per_second=round(frames / elapsed, 2),
            idle_ms=round(idle * 1000 / candidates, 3),
            frame_ms=per_frame(after.web - before.web - idle * elapsed),
            writing_ms=per_frame((after.cpu_ms.get("database", 0) - before.cpu_ms.get("database", 0)) / 1000),
            database_server_ms=per_frame(after.database - before.database),
            worker_ms=per_frame(after.workers - before.workers),
            statements=round((after.counters.get(STATEMENTS, 0) - before.counters.get(STATEMENTS, 0)) / frames, 2),
            memory_kib=round((after.memory_mib - self.alone_mib) * 1024 / candidates, 1),
            p50_ms=round(percentile(tally.latencies_ms, 0.50), 1),
            p95_ms=round(percentile(tally.latencies_ms, 0.95), 1),
            commit_ms=after.times_ms.get("commit", {}),
            cores={name: cores(name) for name in ("web", "workers", "database", "load")},
        )


def family(process: psutil.Process) -> float:
    """CPU seconds of it and of all its children, those that have ended too."""
    ended = process.cpu_times()
    total = cpu_seconds(process) + float(ended.children_user + ended.children_system)
    for child in process.children():
        with suppress(psutil.NoSuchProcess):
            total += cpu_seconds(child)
    return total


def table(report: dict[str, Any]) -> str:
    columns = {
        "idle_ms": "idle/s",
        "frame_ms": "a frame",
        "writing_ms": "writing",
        "database_server_ms": "PostgreSQL",
        "statements": "statements",
        "memory_kib": "KiB each",
        "p50_ms": "p50 ms",
        "p95_ms": "p95 ms",
    }
    lines = [
        f"A picture every {report['every_seconds']:g} s from each candidate, {report['database']}. CPU in ms of the "
        "web process: of a silent candidate a second, of a frame in all, and of its writing alone.",
        f"{'candidates':>10} {'wall':>5} {'frames/s':>9}" + "".join(f"{title:>12}" for title in columns.values()),
    ]
    for level in report["levels"]:
        wall, figures = "yes" if level["wall"] else "no", "".join(f"{level[name]:>12g}" for name in columns)
        lines.append(f"{level['candidates']:10d} {wall:>5} {level['frames_per_second']:9.1f}{figures}")
    return "\n".join(lines)
