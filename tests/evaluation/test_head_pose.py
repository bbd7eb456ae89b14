"""Errors worked out by hand, and real heads turned to sides one can see."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from PIL import Image, ImageOps

from proctoring.evaluation.head_pose import Posed, is_away, mean_error, neutral_poses, report
from tests.data import data_path
from tests.evaluation.scenes import seen


def posed(true_yaw: float, measured: float | None, person: str = "a") -> Posed:
    observation = seen(yaw=measured) if measured is not None else seen(faces=0)
    return Posed(Path("x.jpg"), person, true_yaw, 0.0, observation)


def test_the_mean_error_leaves_out_faces_that_were_not_found() -> None:
    assert mean_error([posed(30.0, 24.0), posed(-45.0, -47.0), posed(90.0, None)], "yaw") == 4.0
    assert mean_error([posed(90.0, None)], "yaw") is None


def test_the_error_against_the_persons_own_neutral() -> None:
    pictures = [posed(0.0, 5.0), posed(2.0, 7.0), posed(30.0, 37.0)]
    neutrals = neutral_poses(pictures)
    assert neutrals == {"a": (6.0, 0.0)}
    assert mean_error(pictures, "yaw", neutrals) == pytest.approx((1.0 + 1.0 + 1.0) / 3)


def test_away_is_judged_from_the_neutral_and_not_from_zero() -> None:
    assert is_away(posed(30.0, 26.0), {}) is True
    assert is_away(posed(30.0, 26.0), {"a": (6.0, 0.0)}) is False
    assert is_away(posed(90.0, None), {}) is None


def test_the_table_tells_each_true_angle() -> None:
    (table,) = report([posed(0.0, 1.0), posed(31.0, 29.0), posed(29.0, 31.0), posed(75.0, None)]).tables
    assert [row[:3] for row in table.rows] == [("0°", 1, "1 of 1"), ("30°", 2, "2 of 2"), ("75°", 1, "0 of 1")]
    assert [row[-1] for row in table.rows] == ["0 of 1", "2 of 2", "0 of 0"]


def test_the_picture_that_is_the_neutral_does_not_count_as_measured_against_it() -> None:
    figures = report([posed(0.0, 8.0), posed(30.0, 34.0), posed(75.0, 60.0)]).figures
    assert figures["yaw_mae_from_neutral_to_60"] == 4.0
    assert figures["by_yaw"]["30"]["from_neutral"] == 26.0


def test_heads_more_up_or_down_than_aside_have_a_table_of_their_own() -> None:
    up = Posed(Path("x.jpg"), "a", 0.0, 30.0, seen(pitch=27.0))
    tables = report([posed(0.0, 0.0), up]).tables
    assert [row[:2] for row in tables[0].rows] == [("0°", 1)]
    assert tables[1].rows == (("30°", 1, "1 of 1", "27.0°", "3.0°"),)


def test_real_heads_turn_to_the_side_one_sees(tmp_path: Path) -> None:
    """Straight, turned to the picture's right, and the same mirrored; the angles in the list are only signs."""
    clip = data_path("clips/head_turns")
    with Image.open(clip / "0030.jpg") as turned:
        ImageOps.mirror(turned).save(tmp_path / "mirrored.jpg", quality=95)
    lines = ["file,yaw,pitch", f"{clip / '0000.jpg'},0,0", f"{clip / '0030.jpg'},45,0", "mirrored.jpg,-45,0"]
    (tmp_path / "list.csv").write_text("\n".join(lines))
    out, errors, page = StringIO(), StringIO(), tmp_path / "page.html"
    call_command("evaluate", "head-pose", tmp_path / "list.csv", json=True, html=page, stdout=out, stderr=errors)
    by_yaw = json.loads(out.getvalue())["figures"]["by_yaw"]
    assert by_yaw["45"]["measured"] > 20
    assert by_yaw["-45"]["measured"] < -20
    assert [by_yaw[yaw]["away"] for yaw in ("-45", "0", "45")] == [1, 0, 1]
    assert "Head poses" in errors.getvalue()
    html = page.read_text()
    assert "<svg" in html
    assert "data:image/jpeg;base64," in html


def test_a_list_without_the_columns_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("file,angle\n")
    with pytest.raises(CommandError, match="no column “yaw”"):
        call_command("evaluate", "head-pose", tmp_path / "list.csv")
