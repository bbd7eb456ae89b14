"""Workers over Redis for the benchmark; the workers themselves: tests/analysis/test_remote.py and `make machines`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import redis

from proctoring.bench.remote import NoWorkers, own_redis, pinned_workers
from proctoring.bench.report import overhead


def test_a_worker_needs_a_core_of_its_own(tmp_path: Path) -> None:
    cores = os.sched_getaffinity(0)
    with pytest.raises(NoWorkers, match="need a core each"), pinned_workers(len(cores) + 1, {}, tmp_path):
        pass
    assert os.sched_getaffinity(0) == cores


def test_a_worker_that_does_not_start_is_said_with_its_log(tmp_path: Path) -> None:
    cores = os.sched_getaffinity(0)
    broken = {"PATH": os.environ["PATH"], "PROCTOR_DATA_DIR": str(tmp_path), "PROCTOR_ANALYSIS": "telepathy"}
    with (
        own_redis() as settings,
        pytest.raises(NoWorkers, match="PROCTOR_ANALYSIS must be local or celery"),
        pinned_workers(1, settings | broken, tmp_path),
    ):
        pass
    assert os.sched_getaffinity(0) == cores


def test_redis_is_gone_afterwards() -> None:
    with own_redis() as settings:
        url = settings["PROCTOR_REDIS"]
    with redis.Redis.from_url(url) as client, pytest.raises(redis.ConnectionError):
        client.ping()


def test_the_way_over_redis_is_told_where_there_is_one() -> None:
    assert overhead({}) == []
    [line] = overhead({"n": 10, "p50": 2.04, "p95": 5.5})
    assert "takes 2.0 ms (median; p95 5.5, 10 frames)" in line
