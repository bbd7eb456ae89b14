"""Groups compared by figures worked out by hand; one run on a handful of real faces."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from proctoring.evaluation.false_faces import false_faces
from proctoring.evaluation.groups import Person, by_group, common_neutral, is_frontal, widest_gap
from proctoring.evaluation.statistics import Share
from proctoring.observation import Observation, Quality
from tests.data import data_path
from tests.evaluation.scenes import seen

BLURRED = Quality(brightness=90.0, contrast=40.0, sharpness=5.0, blurred=True)


def person(observation: Observation, *, race: str = "A", age: str = "20-29") -> Person:
    return Person(Path("x.jpg"), {"race": race, "gender": "Female", "age": age}, observation)


def test_found_and_away_are_counted_by_group() -> None:
    people = [
        *(person(seen(), race="A") for _ in range(3)),
        person(seen(yaw=40.0), race="A"),
        *(person(seen(), race="B") for _ in range(3)),
        person(seen(faces=0), race="B"),
    ]
    figures = by_group(people).figures
    one, other = figures["by"]["race"]["A"], figures["by"]["race"]["B"]
    assert (one["found"]["share"], other["found"]["share"]) == (1.0, 0.75)
    assert (one["head_away"]["count"], one["head_away"]["total"]) == (1, 4)
    assert other["absent"]["count"] == 1


def test_a_face_not_found_in_a_blurred_picture_is_not_counted_as_absent() -> None:
    figures = by_group([person(seen()), person(seen(faces=0, quality=BLURRED))]).figures
    assert figures["adults"]["found"]["count"] == 1
    assert figures["adults"]["absent"]["count"] == 0


def test_children_are_kept_apart() -> None:
    ages = ["0-2", "10-19", "20-29", "more than 70"]
    figures = by_group([person(seen(), age=age) for age in ages]).figures
    assert figures["adults"]["found"]["total"] == 2
    assert figures["under_20"]["found"]["total"] == 2


def test_only_groups_large_enough_are_compared() -> None:
    groups = {
        name: {"found": Share(*counts).as_dict()}
        for name, counts in {"A": (99, 100), "B": (196, 200), "C": (1, 20)}.items()
    }
    assert widest_gap(groups, "found") == 0.01


def test_the_neutral_is_the_median_of_frontal_faces() -> None:
    people = [person(seen(yaw=yaw)) for yaw in (4.0, 5.0, 9.0)]
    neutral = common_neutral(people)
    assert neutral is not None
    assert neutral.yaw == 5.0
    assert is_frontal(seen())
    assert not is_frontal(seen(faces=0))


def test_known_people_among_pictures_without_faces_do_not_count() -> None:
    pictures = [
        (Path("room_1.jpg"), seen(faces=0)),
        (Path("room_2.jpg"), seen(faces=1)),
        (Path("facial_1.jpg"), seen(faces=1)),
    ]
    report = false_faces({"rooms": pictures})
    rooms = report.figures["false_faces"]["rooms"]
    assert (rooms["count"], rooms["total"], rooms["left_out"]) == (1, 2, 1)
    assert [mistake.path.name for mistake in report.mistakes] == ["room_2.jpg"]


def test_both_gaps_and_the_interval_of_faces_judged_away_are_shown() -> None:
    people = [
        *(person(seen(), race="A") for _ in range(100)),
        *(person(seen(yaw=40.0 if number < 5 else 0.0), race="B") for number in range(100)),
    ]
    [table] = by_group(people).tables
    assert "race 0.0 % found, 5.0 % head judged away, 5.0 % head or eyes" in table.note
    [b] = [row for row in table.rows if row[0] == "race: B"]
    assert b[-2:] == ("5.0 %", Share(5, 100).span)


def test_pictures_that_cannot_be_looked_at_are_told_and_left_out(tmp_path: Path) -> None:
    face = data_path("faces_by_group/images")
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    rows = [str(next(iter(sorted(face.glob("*.jpg"))))), "broken.jpg", "nowhere.jpg"]
    (tmp_path / "list.csv").write_text("file,race,gender,age\n" + "".join(f"{row},A,Male,20-29\n" for row in rows))
    out = StringIO()
    call_command("evaluate", "groups", tmp_path / "list.csv", stdout=out, stderr=StringIO(), disguise_every=0)
    assert "2 pictures cannot be looked at and are not counted." in " ".join(out.getvalue().split())
    assert "broken.jpg" in out.getvalue()
    (tmp_path / "list.csv").write_text("file,race,gender,age\nbroken.jpg,A,Male,20-29\n")
    with pytest.raises(CommandError, match="None of the 1 pictures can be looked at"):
        call_command("evaluate", "groups", tmp_path / "list.csv", stdout=out, stderr=StringIO())


def test_a_handful_of_real_faces_rooms_and_disguises(tmp_path: Path) -> None:
    source = data_path("faces_by_group/labels.csv")
    with source.open(newline="") as file:
        rows = list(csv.DictReader(file))[:: 1778 // 6]
    lines = ["file,race,gender,age"]
    lines += [f"{source.parent / 'images' / row['file']},{row['race']},{row['gender']},{row['age']}" for row in rows]
    (tmp_path / "list.csv").write_text("\n".join(lines))
    rooms = tmp_path / "rooms"
    rooms.mkdir()
    for path in sorted(data_path("negatives/rooms").glob("*.jpg"))[:3]:
        (rooms / path.name).symlink_to(path)
    out = StringIO()
    options = {"without_faces": [rooms], "disguise_every": 3, "json": True}
    call_command("evaluate", "groups", tmp_path / "list.csv", stdout=out, stderr=StringIO(), **options)
    figures = json.loads(out.getvalue())["figures"]
    assert figures["adults"]["found"]["count"] == len(rows)
    assert figures["false_faces"]["rooms"]["total"] == 3
    assert figures["disguises"]["sunglasses"]["found"]["total"] >= 1
