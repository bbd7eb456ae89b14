"""A worker that cannot start says why, and costs no more than a few starts a minute."""

from __future__ import annotations

from dataclasses import replace

from proctoring.analysis.verdict import NotAnalysed
from proctoring.observation import Looks
from tests.analysis import pools
from tests.live.waiting import until


async def test_a_worker_that_cannot_start_is_tried_a_few_times_and_then_waited_for() -> None:
    broken = replace(pools.analyzer(), models_dir=None)  # type: ignore[arg-type]  # so that the analyzer raises
    pool = pools.started(timeout=0.5, config=broken)
    try:
        assert pool.last_error
        assert await pool.submit("a", b"", Looks.NONE) == NotAnalysed("not_ready")
        await until(lambda: pool.supervisors[0].state.startswith("lost too often"))
        assert pool.metrics.snapshot()["counters"]["workers_lost"] == 5
    finally:
        pool.stop()
