"""Counters only rise, sums are by stage, and percentiles cover the last minute."""

from __future__ import annotations

import json

from proctoring.analysis.metrics import Metrics, Window


def test_percentiles_are_those_of_the_samples() -> None:
    window = Window()
    for value in range(1, 101):
        window.add(float(value), now=0.0)
    summary = window.summary(now=1.0)
    assert summary == {"n": 100, "mean": 50.5, "p50": 51.0, "p95": 96.0, "p99": 100.0, "max": 100.0}


def test_samples_older_than_a_minute_are_forgotten() -> None:
    window = Window()
    window.add(1000.0, now=0.0)
    window.add(5.0, now=61.0)
    assert window.summary(now=61.0)["max"] == 5.0


def test_a_snapshot_is_json() -> None:
    metrics = Metrics()
    metrics.count("frames_received", 3)
    metrics.cpu({"faces": 1.5})
    metrics.cpu({"faces": 1.0})
    metrics.time("verdict", 12.0)
    snapshot = json.loads(json.dumps(metrics.snapshot()))
    assert snapshot["counters"] == {"frames_received": 3}
    assert snapshot["cpu_ms"] == {"faces": 2.5}
    assert snapshot["times_ms"]["verdict"]["p95"] == 12.0
    assert snapshot["web"]["cpu_seconds"] > 0
