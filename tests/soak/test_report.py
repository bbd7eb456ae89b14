"""What makes a soak fail: growth, what is left behind, lost workers, and anything that should not have happened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from proctoring.soak.report import Report, as_dict, lines
from proctoring.soak.run import Found, Plan
from proctoring.soak.watch import WEB, Reading, Sample

PLAN = Plan(minutes=60, warm_up=10, connects=3000)
SAMPLE = Sample(memory_mib=100.0, resident_mib=150.0, sockets=60, database=10, files=7, all_threads=12)
HELD = {"connections": 52, "tasks": 160, "candidates": 50, "channels": 52, "pictures": 50}
NOBODY = {**dict.fromkeys(HELD, 0), "tasks": 2}


def reading(at: float, *, memory: float = 100.0, worker: float = 140.0, held: dict[str, int] = HELD) -> Reading:
    processes = {WEB: replace(SAMPLE, memory_mib=memory), "proctor-look-1": replace(SAMPLE, memory_mib=worker)}
    return Reading(at=at, processes=processes, held=held, counters={})


def found(**changed: Any) -> Found:
    empty = reading(0, held=NOBODY)
    whole = Found(
        readings=[reading(5.0 * number) for number in range(100)],
        before=empty,
        after_sitting=empty,
        after_connects=empty,
        met={"candidates": {"frames looked at": 1000}},
    )
    return replace(whole, **changed)


def report(**changed: Any) -> Report:
    return as_dict(found(**changed), plan=PLAN, candidates=50, fps=2.0, machine={})


def test_where_nothing_grows_nothing_is_at_fault() -> None:
    result = report()
    assert result["faults"] == []
    assert "Nothing grew, and nothing was left behind." in lines(result)
    assert list(result["memory_mib"]) == [WEB, "proctor-look-1"]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (
            {"readings": [reading(5.0 * n, memory=100 + 0.2 * n) for n in range(100)]},
            "The memory of web grew by 19.8%.",
        ),
        (
            {"readings": [reading(5.0 * n, worker=140 + 0.2 * n) for n in range(100)]},
            "The memory of proctor-look-1 grew by 14.1%.",
        ),
        (
            {"readings": [reading(5.0 * n, held={**HELD, "tasks": 160 + n}) for n in range(100)]},
            "There were 164.5 tasks of the web process at first and 254.5 at the end.",
        ),
        (
            {"after_connects": reading(0, held={**NOBODY, "channels": 3})},
            "After the connections there were 3 channels; before, 0.",
        ),
        (
            {"after_sitting": replace(reading(0, held=NOBODY), counters={"workers_lost": 1}), "after_connects": None},
            "1 analysis workers were lost.",
        ),
        ({"met": {"proctor": {"failed: snapshots 404": 2}}}, "proctor: failed: snapshots 404 (2 times)."),
        ({"readings": []}, "There are too few readings to judge anything by."),
    ],
)
def test_each_fault_is_said(changed: dict[str, Any], fault: str) -> None:
    result = report(**changed)
    assert result["faults"] == [fault]
    assert fault in lines(result)


def test_pictures_are_kept_for_a_while_and_are_no_fault() -> None:
    assert report(after_connects=reading(0, held={**NOBODY, "pictures": 50}))["faults"] == []


def test_sockets_of_any_process_that_stay_open_are_a_fault() -> None:
    after = reading(0, held=NOBODY)
    after.processes["proctor-look-1"] = replace(after.processes["proctor-look-1"], sockets=61)
    said = "After the connections there were 61 sockets of proctor-look-1; before, 60."
    assert report(after_connects=after)["faults"] == [said]


def test_what_a_socket_of_the_web_process_is_connected_with_is_told() -> None:
    after = reading(0, held=NOBODY)
    after.processes[WEB] = replace(after.processes[WEB], sockets=61)
    said = "After the connections there were 61 sockets of web; before, 60. At the end: 8000 to 51234 (CLOSE_WAIT)."
    assert report(after_connects=after, lines=("8000 to 51234 (CLOSE_WAIT)",))["faults"] == [said]
