"""What is held out stays held out, and near duplicates stay together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from proctoring.training.checks import fingerprint, likeness, read_small
from proctoring.training.material import usable
from proctoring.training.pictures import Picture, phone_pictures
from proctoring.training.split import HELD_OUT_SHARE, is_held_out, split
from tests.data import data_path

Fingerprints = npt.NDArray[np.float32]


def pictures(groups: int, each: int) -> list[Picture]:
    return [
        Picture(path=Path(f"{group}-{n}.jpg"), source="made", group=str(group))
        for group in range(groups)
        for n in range(each)
    ]


def test_no_group_is_on_both_sides() -> None:
    training, held_out = split(pictures(groups=300, each=3))
    assert {one.group for one in training}.isdisjoint({one.group for one in held_out})
    assert len(training) + len(held_out) == 900


def test_about_the_chosen_share_is_held_out() -> None:
    _, held_out = split(pictures(groups=2000, each=1))
    assert abs(len(held_out) / 2000 - HELD_OUT_SHARE) < 0.03


def test_the_choice_is_the_same_everywhere_and_for_ever() -> None:
    """Weights already measured would otherwise be measured on what they were trained on."""
    assert [group for group in map(str, range(40)) if is_held_out(group)] == ["12", "24", "32"]


def test_the_choice_does_not_depend_on_the_order() -> None:
    made = pictures(groups=100, each=2)
    _, first = split(made)
    _, second = split(made[::-1])
    assert {one.path for one in first} == {one.path for one in second}


@pytest.fixture(scope="module")
def used() -> Fingerprints:
    """Of every picture of phones that training may draw from, or measuring."""
    read = [read_small(one.path) for one in usable(phone_pictures(data_path("phones").parent))]
    return np.stack([fingerprint(image) for image in read if image is not None])


@pytest.mark.parametrize("clip", ["phone_in_hand", "phone_at_webcam", "wallet_at_webcam"])
def test_the_rooms_of_the_clips_are_never_used(clip: str, used: Fingerprints) -> None:
    stills = [Picture(path, "clip", "").read() for path in sorted(data_path(f"clips/{clip}").glob("*.jpg"))]
    assert max(likeness(still, used) for still in stills) < 0.95
