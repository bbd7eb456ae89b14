"""What a connected candidate costs, reckoned from what was read before and after."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from proctoring.bench.connected import Bench, Reading, table
from proctoring.bench.load import Tally
from proctoring.bench.report import connected_as_dict

BENCH = Bench(
    url="http://127.0.0.1:1",
    server_pid=1,
    cookie="",
    exam_id=1,
    proctor="",
    interval=10.0,
    seconds=20.0,
    silence=10.0,
    alone_mib=100.0,
    database_pid=None,
)


def reading(at: float, *, web: float, frames: int = 0, **changed: float) -> Reading:
    values = {"workers": 0.0, "database": 0.0, "load": 0.0, "writing": 0.0, "statements": 0.0} | changed
    return Reading(
        at=at,
        web=web,
        workers=values["workers"],
        database=values["database"],
        load=values["load"],
        memory_mib=150.0,
        counters={"frames_analysed": frames, "statements": int(values["statements"])},
        cpu_ms={"database": values["writing"]},
        times_ms={"commit": {"n": 40, "p50": 3.0, "p95": 9.0}},
    )


def test_a_frame_costs_what_is_above_being_connected() -> None:
    tally = Tally(measuring=True)
    for latency in (0.05, 0.1):
        tally.note({"type": "verdict", "analysed": True}, latency, 0)
    tally.note({"type": "verdict", "analysed": False, "reason": "not_ready"}, 0.1, 2)
    silent = reading(0, web=10.0), reading(10, web=10.5)  # 50 ms a second, of 100 candidates
    after = reading(40, web=14.0, frames=400, workers=4.0, database=0.8, load=2.0, writing=600, statements=1000)
    found = BENCH.result(100, True, silent, (reading(20, web=11.0, frames=200), after), tally)
    assert (found.candidates, found.wall, found.frames, found.frames_per_second) == (100, True, 200, 10.0)
    assert found.idle_ms == 0.5
    assert found.frame_ms == 10.0  # 3 s, less 1 s of being connected, by 200
    assert (found.writing_ms, found.worker_ms, found.database_server_ms) == (3.0, 20.0, 4.0)
    assert found.statements == 5.0
    assert found.memory_kib == 512.0
    assert (found.p50_ms, found.p95_ms) == (100.0, 100.0)
    assert found.not_analysed == {"not_ready": 1, "skipped": 2}
    assert found.commit_ms["p95"] == 9.0
    assert found.cores == pytest.approx({"web": 0.15, "workers": 0.2, "database": 0.04, "load": 0.1})
    report = connected_as_dict([asdict(found)], every=10.0, database="SQLite")
    shown = table(report).splitlines()[-1].split()
    assert shown == ["100", "yes", "10.0", "0.5", "10", "3", "4", "5", "512", "100", "100"]
