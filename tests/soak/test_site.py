"""A small soak of the running site: some sit, and others come and go in every way there is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from proctoring.bench.material import Show
from proctoring.soak import report
from proctoring.soak.run import Plan, Soak
from proctoring.soak.stage import Stage
from tests.live.pictures import clutter
from tests.risk.scenes import NEUTRAL
from tests.server import Site

PREPARE = """
from proctoring.soak.stage import prepare
answer = prepare(6, fps=5.0, calibration={calibration!r}).as_dict()
"""
PLAN = Plan(minutes=0.05, warm_up=0.0, connects=18, first=18)
# Too short to judge memory by; what is counted is exact however short it is.
SHORT = "There are too few readings to judge anything by."


def test_whoever_comes_and_goes_leaves_nothing_behind(site: Site) -> None:
    assert site.process is not None
    stage = Stage.from_dict(site.ask(PREPARE.format(calibration=NEUTRAL.as_dict())))
    shows = [Show("clutter", (clutter(),))]
    soak = Soak(stage, shows, url=site.url, pid=site.process.pid, tell=lambda _: None, calm=0.5)
    found = asyncio.run(soak.run(PLAN))
    found = replace(found, readings=[])
    result: dict[str, Any] = report.as_dict(found, plan=PLAN, candidates=6, fps=5.0, machine={})
    assert result["faults"] == [SHORT], report.lines(result) + site.log_tail()
    assert result["met"]["candidates"]["frames looked at"] >= 6
    assert set(result["met"]["comings"].values()) == {2}
    assert len(result["met"]["comings"]) == 18
    held = result["nobody_there"]["after_connects"]["held"]
    assert (held["candidates"], held["channels"], held["members"], held["looked_at"]) == (0, 0, 0, 0)
