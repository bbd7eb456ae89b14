"""Quantiles, and what a report says of what went wrong."""

from __future__ import annotations

from uuid import uuid4

import pytest

from proctoring.load import report
from proctoring.load.run import Plan
from proctoring.load.tally import Tally, quantile, summary

PLAN = Plan(arrival=60, seconds=120, every=10)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100)])
def test_a_quantile_is_a_time_that_was_measured(share: float, expected: float) -> None:
    assert quantile([float(number) for number in reversed(range(1, 101))], share) == expected
    assert quantile([7.0], share) == 7


def test_nothing_measured_is_no_figure() -> None:
    assert summary([]) == {"count": 0}


def told(tally: Tally, *, missing: int = 0) -> report.Report:
    return report.as_dict(
        tally,
        plan=PLAN,
        candidates=2,
        servers=1,
        database="PostgreSQL 15",
        cores={"starting": {"servers": 0.5}, "steady": {"servers": 0.4}},
        queries=({"save essay": 5}, {"save essay": 6}),
        missing=missing,
    )


def test_phases_are_told_apart_and_taken_together() -> None:
    tally = Tally()
    tally.took("save", 0.1)
    tally.phase = "steady"
    tally.took("save", 0.3)
    tally.kept.add(uuid4())
    found = told(tally)
    assert found["saves"]["all"] == {"count": 2, "p50_ms": 100.0, "p95_ms": 300.0, "p99_ms": 300.0, "max_ms": 300.0}
    assert (found["saves"]["starting"]["max_ms"], found["saves"]["steady"]["max_ms"]) == (100.0, 300.0)
    assert found["answers"] == {"acknowledged": 1, "missing_in_the_database": 0}


def test_failures_lost_answers_and_growing_queries_are_in_the_lines() -> None:
    tally = Tally()
    tally.failed("save", "HTTP 500")
    tally.failed("save", "HTTP 500")
    lines = report.lines(told(tally, missing=3))
    assert "2 × save: HTTP 500" in lines
    assert "3 of them missing" in lines
    assert "save essay 5 → 6" in lines
