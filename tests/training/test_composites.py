"""Boxes stay where the things in them are, through every kind of picture making."""

from __future__ import annotations

import numpy as np
import pytest

from proctoring.training import augment, composites
from proctoring.training.augment import Material, Mixture, make
from proctoring.training.objects import Rgba
from proctoring.training.pictures import Image

RED = (0, 0, 255)


def red_square(side: int = 20) -> Rgba:
    item = np.zeros((side, side, 4), np.uint8)
    item[..., :3] = RED
    item[..., 3] = 255
    return item


def red_extent(image: Image) -> tuple[int, int, int, int]:
    rows, columns = np.where((image[..., 2] > 150) & (image[..., 0] < 100))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_a_pasted_thing_fills_its_box() -> None:
    image = np.full((100, 200, 3), 128, np.uint8)
    box = composites.paste(image, red_square(), (50, 40))
    assert (box[0] * (200, 100, 200, 100)).round().tolist() == list(red_extent(image)) == [40, 30, 60, 50]


def test_a_thing_half_out_of_the_frame_has_a_box_that_ends_at_the_frame() -> None:
    image = np.full((100, 100, 3), 128, np.uint8)
    box = composites.paste(image, red_square(), (98, 50))
    assert (box[0] * 100).round().tolist() == [88, 40, 100, 60]


def test_a_thing_nearly_out_of_the_frame_is_neither_shown_nor_labelled() -> None:
    image = np.full((100, 100, 3), 128, np.uint8)
    assert len(composites.paste(image, red_square(), (108, 50))) == 0
    assert (image == 128).all()


def test_fingers_stay_on_top() -> None:
    image = np.full((100, 100, 3), 128, np.uint8)
    fingers = np.zeros((100, 100), np.uint8)
    fingers[:, 50:] = 255
    composites.paste(image, red_square(), (50, 50), keep=fingers)
    assert (image[50, 45] == RED).all()
    assert (image[50, 55] == 128).all()


@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0, 200.0])
def test_a_turned_thing_is_as_long_as_asked(angle: float) -> None:
    rng = np.random.default_rng(1)
    item = np.zeros((40, 20, 4), np.uint8)
    item[..., 3] = 255
    turned = composites.turned(item, longest=60, angle=angle, squeeze=1.0, rng=rng)
    rows, columns = np.where(turned[..., 3] > 128)
    diagonal = float(np.hypot(60, 30))
    assert 30 * 0.8 < min(np.ptp(rows), np.ptp(columns)) <= max(np.ptp(rows), np.ptp(columns)) < diagonal * 1.1


@pytest.mark.parametrize("seed", range(12))
def test_boxes_follow_when_a_picture_is_turned_zoomed_and_shifted(seed: int) -> None:
    image = np.full((120, 160, 3), 60, np.uint8)
    image[40:80, 60:100] = RED
    box = np.array([[60 / 160, 40 / 120, 100 / 160, 80 / 120]], np.float32)
    framed, boxes = augment.onto_frame(image, box, 256, np.random.default_rng(seed), zoom=(0.7, 1.0))
    if len(boxes):
        assert np.abs(boxes[0] * 256 - red_extent(framed)).max() < 7


@pytest.mark.parametrize("seed", range(8))
def test_a_phone_that_is_to_be_cut_off_ends_at_an_edge_of_the_frame_and_shows_part_of_itself(seed: int) -> None:
    image = np.full((120, 160, 3), 128, np.uint8)
    image[30:90, 70:100] = RED
    box = np.array([[70 / 160, 30 / 120, 100 / 160, 90 / 120]], np.float32)
    framed, boxes = augment.onto_frame(image, box, 256, np.random.default_rng(seed), zoom=(1.0, 1.0), cut_off=True)
    at_edges = [*(boxes[0, :2] < 0.004), *(boxes[0, 2:] > 0.996)]
    assert sum(at_edges) >= 1
    assert np.abs(boxes[0] * 256 - red_extent(framed)).max() < 8
    shown = np.prod(boxes[0, 2:] - boxes[0, :2]) / (30 / 160 * 60 / 160)
    assert 0.25 < shown < 0.95


def test_real_phones_are_cut_off_at_times(material: Material) -> None:
    only_real = Mixture(people=0, others=0, composite=0, held=0, swapped=0)
    boxes = [make(material, 96, 0, index, only_real)[1] for index in range(200)]
    cut = [bool(len(found)) and bool((found[0, :2] < 0.004).any() or (found[0, 2:] > 0.996).any()) for found in boxes]
    assert np.mean(cut) > 0.08  # 0.165 of 400, 0.018 without


def test_mirroring_twice_changes_nothing() -> None:
    boxes = np.array([[0.1, 0.2, 0.4, 0.9]], np.float32)
    assert np.allclose(augment.mirrored(augment.mirrored(boxes)), boxes)
    assert np.allclose(augment.mirrored(boxes), [[0.6, 0.2, 0.9, 0.9]])


def test_a_picture_has_one_number_and_is_always_the_same(material: Material) -> None:
    first = [make(material, 96, 7, index, Mixture()) for index in range(6)]
    again = [make(material, 96, 7, index, Mixture()) for index in range(6)]
    for (image, boxes), (same, same_boxes) in zip(first, again, strict=True):
        assert (image == same).all()
        assert (boxes == same_boxes).all()


def test_every_kind_of_picture_has_boxes_inside_the_frame(material: Material) -> None:
    made = [make(material, 96, 0, index, Mixture()) for index in range(120)]
    boxes = np.concatenate([boxes for _, boxes in made])
    assert len(boxes) > 30
    assert (boxes >= 0).all()
    assert (boxes <= 1).all()
    assert (boxes[:, 2:] > boxes[:, :2]).all()
    assert sum(len(boxes) == 0 for _, boxes in made) > 20
    assert all(image.shape == (96, 96, 3) and image.dtype == np.uint8 for image, _ in made)


def test_a_phone_nobody_holds_is_not_swapped() -> None:
    image = np.full((100, 100, 3), 128, np.uint8)
    before = image.copy()
    box = np.array([[0.3, 0.3, 0.6, 0.7]], np.float32)
    assert composites.swap(image, box, red_square(), np.random.default_rng(0)) is None
    assert (image == before).all()


def test_a_held_phone_is_swapped_under_the_fingers() -> None:
    skin = (120, 150, 210)  # BGR
    image = np.full((200, 200, 3), 240, np.uint8)
    image[60:140, 80:120] = 20
    image[110:130, 40:95] = skin  # a finger that comes from the left and lies on the phone
    box = np.array([[0.4, 0.3, 0.6, 0.7]], np.float32)
    new = composites.swap(image, box, red_square(), np.random.default_rng(0))
    assert new is not None
    assert new[0, 0] <= 0.41
    assert new[0, 3] >= 0.69
    assert np.abs(image[120, 85].astype(int) - skin).max() < 12
    assert image[80, 100, 2] > 150
