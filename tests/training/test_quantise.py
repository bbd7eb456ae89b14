"""The phone model in eight bits is made from pictures that no measurement uses."""

from __future__ import annotations

import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from proctoring.training.quantise import calibration_pictures
from proctoring.training.split import is_held_out


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty pictures, each a group of its own."""
    for name in ("images", "labels"):
        (tmp_path / name).mkdir()
    for number in range(40):
        (tmp_path / "images" / f"{number:02}.jpg").write_bytes(b"")
    return tmp_path


def test_ranges_are_found_on_pictures_that_are_not_held_out_and_on_the_same_each_time(folder: Path) -> None:
    chosen = calibration_pictures([folder])
    assert 20 < len(chosen) < 40
    assert not any(is_held_out(path.stem) for path in chosen)
    assert calibration_pictures([folder]) == chosen
    assert calibration_pictures([folder], count=5) == chosen[:5]


def test_no_range_is_found_in_the_room_of_a_clip(folder: Path) -> None:
    (folder / "index.csv").write_text("name,source,group,boxes\n05,made,60,0\n06,made,61,0\n")
    assert {"05", "06"}.isdisjoint(path.stem for path in calibration_pictures([folder]))


def test_without_nncf_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nncf", None)  # as if it were not installed
    with pytest.raises(CommandError, match=r"pip install nncf==\d"):
        call_command("quantise_phones", str(folder), stdout=StringIO())


def test_a_folder_without_pictures_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is no folder of pictures"):
        call_command("quantise_phones", str(tmp_path / "nowhere"), stdout=StringIO())
