"""Held phones are cut out with their hands, and held up before somebody else with the right box."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from proctoring.training.augment import Material, Mixture, filled, make
from proctoring.training.composites import over_edge
from proctoring.training.held import Held, cut_held, paste_held, with_hand
from proctoring.training.objects import draw_distractor
from proctoring.training.pictures import Boxes, Image

SKIN = (120, 150, 210)  # BGR
BOX: Boxes = np.array([[0.4, 0.3, 0.6, 0.7]], np.float32)
BLUE, GREEN = (200, 20, 20), (40, 255, 40)


def picture_of_a_held_phone() -> Image:
    """A textured wall, a blue phone and a finger that comes from the left and lies on it."""
    image = np.random.default_rng(0).integers(200, 250, (200, 200, 3), dtype=np.uint8)
    image[60:140, 80:120] = BLUE
    image[110:130, 40:95] = SKIN
    return image


def held() -> Held:
    found = cut_held(picture_of_a_held_phone(), BOX)
    assert found is not None
    return found


def test_a_phone_comes_with_the_fingers_on_it_and_without_the_wall() -> None:
    cut, thing = with_hand(held(), None, np.random.default_rng(0))
    left, top, width, height = held().box
    middle = (top + height // 4, left + width // 2)
    assert cut[middle][3] > 200
    assert thing[middle] > 200
    finger = (top + round(0.75 * height), left - 10)
    assert cut[finger][3] > 200
    assert np.abs(cut[finger][:3].astype(int) - SKIN).max() < 12
    assert thing[finger] < 50
    assert cut[top - 10, left + width // 2, 3] < 50


def test_a_phone_that_nobody_holds_is_not_cut_out() -> None:
    image = picture_of_a_held_phone()
    image[110:130, 40:80] = 225
    image[110:130, 80:95] = BLUE
    assert cut_held(image, BOX) is None


def test_something_else_in_the_hand_lies_under_the_fingers() -> None:
    one = held()
    cut, thing = with_hand(one, draw_distractor(np.random.default_rng(1)), np.random.default_rng(0))
    left, top, width, height = one.box
    finger = (top + round(0.75 * height), left + 5)
    assert np.abs(cut[finger][:3].astype(int) - SKIN).max() < 12
    assert thing[top + height // 4, left + width // 2] > 200
    phone = one.part[top + height // 4, left + width // 2].astype(int)
    assert np.abs(cut[top + height // 4, left + width // 2, :3].astype(int) - phone).max() > 10


def test_the_box_is_the_things_and_not_the_hands() -> None:
    for seed in range(20):
        image = np.full((160, 160, 3), GREEN, np.uint8)
        rng = np.random.default_rng(seed)
        cut, thing = with_hand(held(), None, rng)
        boxes = paste_held(image, cut, thing, rng, longest=80)
        if not len(boxes):
            continue
        blue, green, red = np.moveaxis(image.astype(int), 2, 0)
        rows, columns = np.where((blue > 1.5 * green) & (blue > 1.5 * red))
        found = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]) / 160
        assert np.abs(found - boxes[0]).max() < 0.04


def test_hands_with_something_else_carry_no_label(material: Material) -> None:
    mixture = Mixture(people=0, others=0, composite=0, held=1, swapped=0)
    shown = replace(material, held=[held()])
    labels = [len(make(shown, 96, 0, index, mixture)[1]) for index in range(60)]
    assert set(labels) == {0, 1}
    assert 10 < sum(labels) < 55


@pytest.mark.parametrize("seed", range(12))
def test_what_is_held_into_the_frame_from_an_edge_is_cut_off_by_it_and_mostly_seen(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = np.full((256, 256, 3), 128, np.uint8)
    cut, thing = with_hand(held(), None, rng)
    boxes = paste_held(image, cut, thing, rng, longest=100, cut_off=True)
    if not len(boxes):
        return  # turned as it is, too little of it would have been inside
    left, top, right, bottom = boxes[0]
    assert left == 0 or top == 0 or right == 1 or bottom == 1
    assert max(right - left, bottom - top) * 256 > 30


def test_an_edge_cuts_off_by_as_much_as_is_said_and_a_corner_by_both() -> None:
    size, sides = 300, (60.0, 120.0)
    corners = 0
    for seed in range(200):
        x, y = over_edge(sides, size, np.random.default_rng(seed))
        inside = [min(at + side / 2, size) - max(at - side / 2, 0) for at, side in zip((x, y), sides, strict=True)]
        shares = [one / side for one, side in zip(inside, sides, strict=True)]
        assert all(0.33 - 1e-6 <= share <= 1 + 1e-6 for share in shares)
        assert min(shares) < 0.93
        corners += max(shares) < 0.93
    assert 40 < corners < 160


def test_a_picture_fills_the_frame_that_is_to_cut_things_off() -> None:
    rng = np.random.default_rng(0)
    wide = np.full((120, 300, 3), 200, np.uint8)
    assert (filled(wide, 128, rng) == 200).all()
    assert filled(wide, 128, rng).shape == (128, 128, 3)
