"""What the pool and the sockets did, counted and timed, for the benchmark and for people who run the site."""

from __future__ import annotations

import resource
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

WINDOW_SECONDS = 60.0
WINDOW_SAMPLES = 20_000  # 60 s of more frames than two cores can judge


class Window:
    """Samples of the last minute, in milliseconds."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=WINDOW_SAMPLES)

    def add(self, value: float, now: float) -> None:
        self._samples.append((now, value))

    def summary(self, now: float) -> dict[str, float]:
        """``n`` and, unless empty, ``mean``, ``p50``, ``p95``, ``p99`` and ``max`` (nearest rank)."""
        while self._samples and self._samples[0][0] < now - WINDOW_SECONDS:
            self._samples.popleft()
        values = sorted(value for _, value in self._samples)
        if not values:
            return {"n": 0}

        def rank(share: float) -> float:
            return round(values[min(len(values) - 1, int(share * len(values)))], 3)

        return {
            "n": len(values),
            "mean": round(sum(values) / len(values), 3),
            "p50": rank(0.50),
            "p95": rank(0.95),
            "p99": rank(0.99),
            "max": round(values[-1], 3),
        }


class Metrics:
    """Counters only rise, so two readings give a rate. Callable from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: Counter[str] = Counter()
        self._cpu_ms: Counter[str] = Counter()
        self._windows: dict[str, Window] = {}

    def count(self, name: str, n: int = 1) -> None:
        with self._lock:
            self._counters[name] += n

    def cpu(self, stages: Mapping[str, float]) -> None:
        """Add CPU milliseconds by stage."""
        with self._lock:
            for stage, ms in stages.items():
                self._cpu_ms[stage] += ms  # type: ignore[assignment]  # a Counter of floats sums just as well

    def time(self, name: str, ms: float) -> None:
        """One sample of a duration, kept for a minute: "queue_wait", "verdict" (receipt to verdict sent), "commit"."""
        with self._lock:
            self._windows.setdefault(name, Window()).add(ms, time.monotonic())

    def snapshot(self) -> dict[str, Any]:
        """Plain numbers, ready for JSON. ``cpu_ms`` are sums since the start; ``web`` is this process."""
        now = time.monotonic()
        with self._lock:
            result = {
                "unix_time": time.time(),
                "counters": dict(self._counters),
                "cpu_ms": {stage: round(ms, 3) for stage, ms in self._cpu_ms.items()},
                "times_ms": {name: window.summary(now) for name, window in self._windows.items()},
            }
        result["web"] = {"cpu_seconds": round(time.process_time(), 3), "max_rss_mib": round(max_rss_mib(), 1)}
        return result


def max_rss_mib() -> float:
    """The most memory this process ever held, in MiB. getrusage(2) counts KiB on Linux, bytes on macOS."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


metrics = Metrics()
