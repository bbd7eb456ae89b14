"""One level of the benchmark: its load, and what the server and the operating system said before and after."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from proctoring.bench.load import Level, Seat, Tally
from proctoring.bench.processes import Usage, cpu_seconds, usage
from proctoring.bench.search import LevelResult, percentile

VISION_STAGES = ("decode", "quality", "fingerprint", "faces", "glance", "mesh", "phone")
METRICS_PATH = "/internal/metrics/"


class MetricsUnavailable(Exception):
    """The server did not tell its metrics."""


@dataclass(frozen=True, slots=True)
class Reading:
    metrics: dict[str, Any]
    usage: Usage
    redis_cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class Bench:
    """``cookie``: of a superuser, who alone may read the metrics."""

    url: str
    server_pid: int
    cookie: str
    interval: float
    warm_up: float
    seconds: float
    workers_pids: tuple[int, ...] = ()  # of workers that are not the server's children
    redis_pid: int | None = None

    def run(self, seats: Sequence[Seat]) -> LevelResult:
        return asyncio.run(self._run(seats))

    async def _run(self, seats: Sequence[Seat]) -> LevelResult:
        readings: list[Reading] = []

        async def read() -> None:
            metrics = await asyncio.to_thread(fetch_metrics, self.url, self.cookie)
            redis = 0.0 if self.redis_pid is None else cpu_seconds(psutil.Process(self.redis_pid))
            readings.append(Reading(metrics, usage(self.server_pid, self.workers_pids), redis))

        level = Level(seats, url=self.url, interval=self.interval)
        tally = await level.run(warm_up=self.warm_up, seconds=self.seconds, on_begin=read, on_end=read)
        return result(len(seats), self.seconds, tally, readings[0], readings[1])


def fetch_metrics(url: str, cookie: str) -> dict[str, Any]:
    """Raises MetricsUnavailable."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    try:
        connection.request("GET", METRICS_PATH, headers={"Cookie": cookie})
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise MetricsUnavailable(f"{METRICS_PATH} answered {response.status}.")
    return dict(json.loads(body))


def result(candidates: int, seconds: float, tally: Tally, before: Reading, after: Reading) -> LevelResult:
    frames = after.metrics["counters"].get("frames_analysed", 0) - before.metrics["counters"].get("frames_analysed", 0)
    elapsed = after.metrics["unix_time"] - before.metrics["unix_time"]
    return LevelResult(
        candidates=candidates,
        seconds=seconds,
        offered=tally.offered,
        analysed=tally.analysed,
        skipped=tally.skipped,
        not_analysed=dict(tally.not_analysed),
        p50_ms=round(percentile(tally.latencies_ms, 0.50), 1),
        p95_ms=round(percentile(tally.latencies_ms, 0.95), 1),
        p99_ms=round(percentile(tally.latencies_ms, 0.99), 1),
        dropped_share=round(tally.dropped / tally.offered, 5) if tally.offered else 1.0,
        cpu_ms=cpu_by_stage(before, after, max(frames, 1)),
        cpu_cores={
            "web": round((after.usage.web_cpu - before.usage.web_cpu) / elapsed, 3),
            "workers": round((after.usage.workers_cpu - before.usage.workers_cpu) / elapsed, 3),
            "load": round((after.usage.load_cpu - before.usage.load_cpu) / elapsed, 3),
        },
        memory_mib={
            "web": round(after.usage.web_mib, 1),
            "workers": round(sum(after.usage.workers_mib), 1),
            "proportional": round(after.usage.proportional_mib, 1),
        },
        remote_ms=after.metrics["times_ms"].get("remote_overhead", {}),
    )


def cpu_by_stage(before: Reading, after: Reading, frames: int) -> dict[str, float]:
    """CPU milliseconds a frame. The stages of vision and the database time themselves. ``transport`` is everything else
    of the web process (sockets, risk, the proctors' pages), ``between`` what workers spend beside the stages."""
    stages: dict[str, float] = {
        name: (ms - before.metrics["cpu_ms"].get(name, 0.0)) / frames for name, ms in after.metrics["cpu_ms"].items()
    }
    stages.pop("worker", None)  # the sum of the worker's stages; the operating system tells the whole
    web = (after.usage.web_cpu - before.usage.web_cpu) * 1000 / frames
    workers = (after.usage.workers_cpu - before.usage.workers_cpu) * 1000 / frames
    in_workers = sum(stages.get(name, 0.0) for name in VISION_STAGES)
    stages["between"] = workers - in_workers
    stages["transport"] = web - stages.get("database", 0.0)
    redis = (after.redis_cpu - before.redis_cpu) * 1000 / frames
    if redis:
        stages["redis"] = redis
    stages["total"] = web + workers + redis
    return {name: round(ms, 3) for name, ms in stages.items()}
