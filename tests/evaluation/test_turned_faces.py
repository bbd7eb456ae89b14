"""Real faces turned and measured: the pictures, their list, and what `evaluate head-pose` makes of them."""

from __future__ import annotations

import csv
import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.data import data_path


def turn(pictures: Path, out: Path, **options: Any) -> list[dict[str, str]]:
    call_command("turn_faces", pictures, out=out, stdout=StringIO(), stderr=StringIO(), **options)
    with (out / "poses.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def a_few_faces(folder: Path) -> Path:
    """Of two races; the third sits straight before the camera, as do some of the others."""
    source = data_path("faces_by_group/labels.csv")
    with source.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    chosen = [*rows[:12], *[row for row in rows if row["race"] == "White"][:12]]
    lines = [f"{source.parent / 'images' / row['file']},{row['race']},{row['gender']},{row['age']}" for row in chosen]
    (folder / "list.csv").write_text("file,race,gender,age\n" + "\n".join(lines), encoding="utf-8")
    return folder / "list.csv"


def test_real_faces_are_turned_by_the_angles_listed_and_measured_near_them(tmp_path: Path) -> None:
    faces = a_few_faces(tmp_path)
    rows = turn(faces, tmp_path / "out", people=2, yaws=[30.0], pitches=[15.0])
    assert [(row["yaw"], row["pitch"]) for row in rows[:4]] == [("0", "0"), ("-30", "0"), ("30", "0"), ("0", "15")]
    assert len({row["person"] for row in rows}) == 4
    assert {row["race"] for row in rows} == {"Black", "White"}
    out = StringIO()
    call_command("evaluate", "head-pose", tmp_path / "out/poses.csv", json=True, stdout=out, stderr=StringIO())
    figures = json.loads(out.getvalue())["figures"]
    assert 18 < figures["by_yaw"]["30"]["from_neutral"] < 36
    assert -36 < figures["by_yaw"]["-30"]["from_neutral"] < -18
    assert 10 < figures["by_pitch"]["15"]["from_neutral"] < 20
    assert figures["found"]["count"] == len(rows)


def test_the_head_of_a_webcam_clip_turns_to_the_side_its_labels_call_positive(tmp_path: Path) -> None:
    """The man of `head_turns`, who works before others: his own turn to the picture's right measures positive too."""
    (tmp_path / "in").mkdir()
    shutil.copy(data_path("clips/head_turns/0000.jpg"), tmp_path / "in/straight.jpg")
    rows = turn(tmp_path / "in", tmp_path / "out", yaws=[45.0], pitches=[])
    assert list(rows[0]) == ["file", "yaw", "pitch", "person"]
    out = StringIO()
    call_command("evaluate", "head-pose", tmp_path / "out/poses.csv", json=True, stdout=out, stderr=StringIO())
    by_yaw = json.loads(out.getvalue())["figures"]["by_yaw"]
    assert by_yaw["45"]["from_neutral"] > 30
    assert by_yaw["-45"]["from_neutral"] < -30
    assert [by_yaw[yaw]["away"] for yaw in ("-45", "0", "45")] == [1, 0, 1]


def test_the_same_seed_draws_the_same_people(tmp_path: Path) -> None:
    faces = a_few_faces(tmp_path)
    once, again, other = (
        [row["file"] for row in turn(faces, tmp_path / name, people=1, yaws=[], pitches=[], seed=seed)]
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert once == again != other


def test_pictures_without_a_frontal_face_are_said_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(data_path("clips/head_turns/0030.jpg"), tmp_path / "in/turned.jpg")
    with pytest.raises(CommandError, match="None of the 1 pictures shows one frontal face"):
        turn(tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(data_path("clips/head_turns/0000.jpg"), tmp_path / "in/straight.jpg")
    with pytest.raises(CommandError, match="is not empty"):
        turn(tmp_path / "in", tmp_path / "in")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"yaws": [120.0]}, "at most 90°"), ({"people": 0}, "1 or more"), ({"depth": 9.0}, "between 0.5 and 2.0")],
)
def test_options_that_make_no_sense_are_said_so(tmp_path: Path, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        turn(tmp_path, tmp_path / "out", **options)


def test_a_folder_without_pictures_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no JPEG"):
        turn(tmp_path, tmp_path / "out")
