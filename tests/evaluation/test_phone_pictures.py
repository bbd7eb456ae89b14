"""The three layouts of labelled folders, and what is wrong with a folder that is none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from proctoring.evaluation.phone_pictures import read_folder
from proctoring.evaluation.report import NotMeasurable
from proctoring.observation import Box
from proctoring.training.pictures import read_boxes
from proctoring.training.split import is_held_out


def test_yolo_text_beside_an_index(tmp_path: Path) -> None:
    for name in ("images", "labels"):
        (tmp_path / name).mkdir()
    (tmp_path / "images" / "one.jpg").touch()
    (tmp_path / "images" / "two.jpg").touch()
    (tmp_path / "labels" / "one.txt").write_text("0 0.5 0.5 0.2 0.4\n")
    (tmp_path / "index.csv").write_text("name,source,group,boxes\none,shop,7,1\n")
    one, two = read_folder(tmp_path)
    assert (one.source, one.group, one.truth) == ("shop", "7", (Box(0.4, 0.3, 0.2, 0.4),))
    assert two.truth == ()


def test_boxes_of_other_classes_are_no_phones(tmp_path: Path) -> None:
    for name in ("images", "labels"):
        (tmp_path / name).mkdir()
    (tmp_path / "images" / "one.jpg").touch()
    (tmp_path / "labels" / "one.txt").write_text("0 0.5 0.5 0.2 0.4\n67 0.5 0.5 0.6 0.6\n")
    assert [box.width for one in read_folder(tmp_path) for box in one.truth] == [0.2]
    assert [box.width for one in read_folder(tmp_path, number=67) for box in one.truth] == [0.6]
    assert [width for left, _, right, _ in read_boxes(tmp_path / "labels" / "one.txt") for width in [right - left]] == (
        pytest.approx([0.2])
    )


def test_a_clip_with_its_labels(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("frame,phone,cx,cy,w,h\n0000,1,0.5,0.5,0.2,0.2\n0001,0,,,,\n")
    first, second = read_folder(tmp_path)
    assert first.truth == (Box(0.4, 0.4, 0.2, 0.2),)
    assert second.truth == ()


def test_pictures_alone_hold_no_phone(tmp_path: Path) -> None:
    (tmp_path / "rooms").mkdir()
    (tmp_path / "rooms" / "a.jpg").touch()
    (only,) = read_folder(tmp_path)
    assert (only.source, only.truth) == ("rooms", ())


def test_only_what_is_held_out(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"{number}.jpg").touch()
    chosen = read_folder(tmp_path, held_out=True)
    assert 0 < len(chosen) < 60
    assert all(is_held_out(one.group) for one in chosen)


def test_a_missing_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotMeasurable, match="nowhere is no folder"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(NotMeasurable, match="holds no JPEG pictures"):
        read_folder(tmp_path)


def test_a_broken_label_is_named(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()
    (tmp_path / "images" / "one.jpg").touch()
    (tmp_path / "labels" / "one.txt").write_text("0 0.5 half 0.2 0.4\n")
    with pytest.raises(NotMeasurable, match=r"one\.txt"):
        read_folder(tmp_path)
