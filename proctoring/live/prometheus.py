"""The figures of this process in Prometheus' text format. Read when asked for; nothing is counted twice."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from proctor_site import background
from proctoring.analysis.metrics import metrics
from proctoring.analysis.service import running
from proctoring.analysis.verdict import NOT_READY, STOPPED, SUPERSEDED, WORKER_DIED, WORKER_FAILED, WORKER_HUNG
from proctoring.live import presence
from proctoring.live.holdings import holdings
from proctoring.live.pacing import pacer

NOT_ANALYSED = "frames_not_analysed_"
REASONS = (WORKER_DIED, WORKER_HUNG, WORKER_FAILED, NOT_READY, STOPPED)
# Named here so that each stands at 0 before its first time: a rate needs a reading before the first one too.
COUNTED = {
    "frames_received": "Frames that came in, whatever became of them.",
    "frames_analysed": "Frames judged by a worker.",
    NOT_ANALYSED + SUPERSEDED: "Frames skipped: a newer one of the same session came before a worker was free.",
    "workers_lost": "Analysis workers that died or hung; each is replaced.",
    "pictures_kept_back": "Pictures the storage did not take, kept in the database until it does.",
    "floods": "Connections closed because they sent too many messages.",
}
RENAMED = {NOT_ANALYSED + SUPERSEDED: "frames_skipped", "workers_lost": "worker_restarts"}
TIMED = {
    "verdict": "From a frame's receipt to its verdict sent",
    "queue_wait": "How long a frame waited for a worker",
    "commit": "One transaction of the recorder",
}
QUANTILES = {"p50": "0.5", "p95": "0.95", "p99": "0.99", "max": "1"}
STATES = ("ready", "starting", "lost", "failed")
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")


class FigureCollector(Collector):
    """What :mod:`proctoring.analysis.metrics` holds at the moment of asking."""

    def collect(self) -> Iterator[Metric]:
        analysis = running()
        figures = metrics.snapshot() if analysis is None else analysis.metrics()
        yield from counters(figures["counters"])
        yield from durations(figures["times_ms"])
        cpu = CounterMetricFamily("proctor_cpu_seconds", "CPU time; worker: all of a worker's work.", labels=["stage"])
        for stage, ms in figures["cpu_ms"].items():
            cpu.add_metric([stage], ms / 1000)
        yield cpu
        workers = GaugeMetricFamily("proctor_analysis_workers", "Analysis workers by state.", labels=["state"])
        found = [str(worker["state"]).partition(":")[0].partition(" ")[0] for worker in figures.get("workers", ())]
        for state in STATES:
            workers.add_metric([state], found.count(state))
        yield workers
        yield from paces()
        waiting = figures.get("frames_waiting", 0)
        yield GaugeMetricFamily("proctor_frames_waiting", "Frames that wait for a worker.", value=waiting)
        yield longest_waits(figures.get("longest_wait_seconds", 0.0), background.longest_wait())
        connected = len(presence.connected)
        yield GaugeMetricFamily("proctor_sessions_connected", "Candidates connected to this process.", value=connected)
        held = GaugeMetricFamily("proctor_held", "What this process holds for whoever is connected.", labels=["what"])
        for what, number in holdings().items():
            held.add_metric([what], number)
        yield held


def longest_waits(frame: float, job: float | None) -> Metric:
    """As it is now: unlike the times of the last minute it is there, and grows, while nobody takes anything."""
    said = "Age of the oldest that waits: frame, for an analysis worker; job, for its turn outside requests."
    oldest = GaugeMetricFamily("proctor_oldest_waiting_seconds", said, labels=["what"])
    oldest.add_metric(["frame"], frame)
    if job is not None:
        oldest.add_metric(["job"], job)
    return oldest


def paces() -> Iterator[Metric]:
    """What is asked of the connected pages, and of how many less than their exams want."""
    told = pacer.figures()
    said = "Frames a second that exams want from connected pages, and that these are asked for."
    asked = GaugeMetricFamily("proctor_frames_per_second", said, labels=["what"])
    asked.add_metric(["wanted"], told.wanted)
    asked.add_metric(["granted"], told.granted)
    yield asked
    slowed = "Candidates asked for fewer frames than their exam wants: the server is overloaded."
    yield GaugeMetricFamily("proctor_sessions_slowed", slowed, value=told.slowed)


def counters(counted: dict[str, int]) -> Iterator[Metric]:
    for name, said in COUNTED.items():
        yield CounterMetricFamily(f"proctor_{RENAMED.get(name, name)}", said, value=counted.get(name, 0))
    reasons = dict.fromkeys(REASONS, 0) | by_suffix(counted, NOT_ANALYSED)
    reasons.pop(SUPERSEDED, None)
    yield labelled("frames_not_analysed", "Frames nobody could judge.", "reason", reasons)
    yield labelled("rejected", "Frames and messages refused.", "code", by_suffix(counted, "rejected_"))
    yield labelled("turned_away", "Connections not let in.", "code", by_suffix(counted, "turned_away_"))


def by_suffix(counted: dict[str, int], prefix: str) -> dict[str, int]:
    return {name[len(prefix) :]: number for name, number in counted.items() if name.startswith(prefix)}


def labelled(name: str, said: str, label: str, values: dict[str, int]) -> Metric:
    family = CounterMetricFamily(f"proctor_{name}", said, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def durations(times_ms: dict[str, dict[str, float]]) -> Iterator[Metric]:
    """Gauges, not a summary: a summary's count and sum run since the start, and these are of the last minute."""
    for name, said in TIMED.items():
        window: dict[str, Any] = times_ms.get(name, {"n": 0})
        times = GaugeMetricFamily(f"proctor_{name}_seconds", f"{said}; the last minute.", labels=["quantile"])
        for rank, quantile in QUANTILES.items():
            if rank in window:
                times.add_metric([quantile], window[rank] / 1000)
        yield times
        yield GaugeMetricFamily(f"proctor_{name}_samples", f"{said}: how many in the last minute.", value=window["n"])


registry = CollectorRegistry()
registry.register(FigureCollector())
ProcessCollector(registry=registry)  # memory, CPU, open files, start of this process


@require_safe
@never_cache
def prometheus_metrics(request: HttpRequest) -> HttpResponse:
    """For this machine and holders of the token; for everybody else there is nothing here."""
    if not (comes_from_here(request) or has_token(request)):
        raise Http404
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def comes_from_here(request: HttpRequest) -> bool:
    """Behind a proxy everybody seems to, so there it counts for nothing; nor does it for what a proxy handed on."""
    if settings.SECURE_PROXY_SSL_HEADER or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:  # a socket file has no address
        return False


def has_token(request: HttpRequest) -> bool:
    token: str = settings.PROCTOR_METRICS_TOKEN
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if not token or scheme.lower() != "bearer":
        return False
    # Headers arrive as Latin-1, whatever was sent; compared are the bytes.
    return secrets.compare_digest(given.strip().encode("latin-1", "replace"), token.encode())
