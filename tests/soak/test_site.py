"""A small soak of the running site: some sit, and others come and go in every way there is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from proctoring.bench.connected import Bench
from proctoring.bench.load import Seat
from proctoring.bench.material import Show
from proctoring.soak import report
from proctoring.soak.run import Plan, Soak
from proctoring.soak.stage import Stage
from tests.live.pictures import clutter
from tests.risk.scenes import NEUTRAL
from tests.server import Site, running_site

PREPARE = """
from proctoring.soak.stage import prepare
answer = prepare(6, fps=5.0, calibration={calibration!r}).as_dict()
"""
PLAN = Plan(minutes=0.05, warm_up=0.0, connects=18, first=18)
SHOW = Show("clutter", (clutter(),))
# Too short to judge memory by; what is counted is exact however short it is.
SHORT = "There are too few readings to judge anything by."


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Of its own: a browser that another test left open would be counted."""
    with running_site(extra={"PROCTOR_WORKERS": "1"}) as running:
        yield running


@pytest.fixture(scope="module")
def stage(site: Site) -> Stage:
    return Stage.from_dict(site.ask(PREPARE.format(calibration=NEUTRAL.as_dict())))


def test_whoever_comes_and_goes_leaves_nothing_behind(site: Site, stage: Stage) -> None:
    assert site.process is not None
    soak = Soak(stage, [SHOW], url=site.url, pid=site.process.pid, tell=lambda _: None, calm=0.5)
    found = asyncio.run(soak.run(PLAN))
    found = replace(found, readings=[])
    result: dict[str, Any] = report.as_dict(found, plan=PLAN, candidates=6, fps=5.0, machine={})
    assert result["faults"] == [SHORT], report.lines(result) + site.log_tail()
    assert result["met"]["candidates"]["frames looked at"] >= 6
    assert set(result["met"]["comings"].values()) == {2}
    assert len(result["met"]["comings"]) == 18
    held = result["nobody_there"]["after_connects"]["held"]
    assert (held["candidates"], held["channels"], held["members"], held["looked_at"]) == (0, 0, 0, 0)


@pytest.mark.parametrize("wall", [False, True])
def test_what_a_connected_candidate_costs_is_measured(site: Site, stage: Stage, wall: bool) -> None:
    assert site.process is not None
    bench = Bench(
        url=site.url,
        server_pid=site.process.pid,
        cookie=stage.administrator,
        exam_id=stage.exam_id,
        proctor=stage.proctor,
        interval=0.5,
        seconds=1.5,
        silence=0.5,
        alone_mib=1.0,
        database_pid=None,
    )
    seats = [Seat(each.session_id, each.cookie, SHOW) for each in stage.seats[:3]]
    found = bench.run(seats, wall=wall)
    assert (found.candidates, found.wall) == (3, wall)
    assert 0 < found.frames <= 3 * 5  # how many is for the machine to say
    assert found.frames_per_second == pytest.approx(found.frames / 1.5, rel=0.5)
    assert 0 < found.p50_ms <= found.p95_ms
    assert found.memory_kib > 1024
