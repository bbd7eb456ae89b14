"""What is made of measured turned faces, on figures worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from proctoring.evaluation.head_pose import Posed
from proctoring.evaluation.turned import by_group, by_set
from proctoring.vision.head_pose import mesh_yaw
from tests.evaluation.scenes import seen


def posed(person: str, true_yaw: float, measured: float | None, race: str = "A") -> Posed:
    observation = seen(yaw=measured) if measured is not None else seen(faces=0)
    return Posed(Path("x.jpg"), person, true_yaw, 0.0, observation, {"race": race})


def test_each_group_has_its_error_from_its_own_neutrals() -> None:
    pictures = [
        *(posed("one", yaw, measured) for yaw, measured in ((0.0, 4.0), (30.0, 32.0), (60.0, 64.0), (75.0, 70.0))),
        *(posed("two", yaw, measured, "B") for yaw, measured in ((0.0, 0.0), (30.0, 20.0), (75.0, None))),
    ]
    figures, table = by_group(pictures)
    one, two = figures["race"]["A"], figures["race"]["B"]
    assert (one["mae"], one["away"]["count"], one["found_far"]["count"]) == (1.0, 2, 1)
    assert (two["mae"], two["away"]["count"], two["found_far"]["count"]) == (10.0, 0, 0)
    assert "too few to compare" in table.note


def test_groups_of_enough_people_are_compared() -> None:
    pictures = [
        posed(f"{race}{number}", yaw, measured, race)
        for race, off in (("A", 2.0), ("B", 5.0))
        for number in range(10)
        for yaw, measured in ((0.0, 0.0), (45.0, 45.0 - off))
    ]
    assert "race 3.0°" in by_group(pictures)[1].note


def test_the_mesh_own_answer_is_told_beside_that_to_labelled_poses() -> None:
    pictures = [posed("one", 0.0, 0.0), posed("one", 45.0, 45.0), posed("one", -45.0, -60.0), posed("one", 75.0, 60.0)]
    figures, table = by_set({"made": pictures})
    assert figures["made"]["mesh_says"][45] == pytest.approx((38.0 + 47.0) / 2)
    assert table.rows[0][1:5] == ("15°", "31°", "38°", "47°")
    assert table.rows[1] == ("made", "–", "–", "42°", "–", "7.5°", "1 of 1")


def test_the_table_of_yaws_reads_backwards() -> None:
    assert [round(mesh_yaw(yaw), 6) for yaw in (10.0, 30.0, -45.0, 60.0, 75.0)] == [10.0, 31.0, -38.0, 47.0, 56.0]
