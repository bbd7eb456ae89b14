"""What is held out stays held out, and near duplicates stay together."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from proctoring.training.checks import fingerprint, likeness
from proctoring.training.material import usable
from proctoring.training.pictures import Picture, phone_pictures
from proctoring.training.split import HELD_OUT_SHARE, is_held_out, split
from tests.data import data_path


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


def test_the_room_of_the_clip_phone_in_hand_is_never_used() -> None:
    clip = data_path("clips/phone_in_hand")
    stills = np.stack([fingerprint(Picture(path, "clip", "").read()) for path in sorted(clip.glob("*.jpg"))])
    used = usable(phone_pictures(clip.parents[1]))[:250]
    assert max(likeness(one.read(), stills) for one in used) < 0.95
