"""Phones come to the ears of people at cameras and before their clothes, on the side that is turned to the camera."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from proctoring.training.augment import Material, composite
from proctoring.training.heads import Head, Place, at_ear, before_clothes, find_heads, is_dark
from proctoring.training.pictures import Boxes, Image
from tests.data import clip_frames

FACE: Boxes = np.array([[0.4, 0.3, 0.6, 0.5]], np.float32)
SIZE = 200


def head(nose: float) -> Head:
    return Head(np.zeros((SIZE, SIZE, 3), np.uint8), FACE, (nose, 0.6), ((0.0, 0.5), (1.0, 0.5)))


def places(one: Head) -> list[Place]:
    return [at_ear(one, FACE, SIZE, np.random.default_rng(seed)) for seed in range(40)]


def test_a_face_is_found_with_its_ears_on_either_side_of_its_nose() -> None:
    frame = np.asarray(cv2.imread(str(clip_frames("eyes_center_left_center")[5])), np.uint8)
    wall: Image = np.full((240, 320, 3), 128, np.uint8)
    (found,) = find_heads([wall, frame])
    assert found.image is frame
    first, second = sorted(ear[0] for ear in found.ears)
    assert first < found.nose[0] < second
    assert 0 < found.face[0][0] < found.face[0][2] < 1


def test_a_phone_lies_at_either_ear_of_a_frontal_face_upright_with_its_lower_end_to_the_mouth() -> None:
    found = places(head(nose=0.5))
    left = [place for place in found if place.centre[0] <= 0.4 * SIZE]
    right = [place for place in found if place.centre[0] >= 0.6 * SIZE]
    assert len(left) + len(right) == 40
    assert min(len(left), len(right)) > 8
    assert all(0.3 * SIZE < place.centre[1] < 0.5 * SIZE for place in found)
    assert np.mean([place.angle for place in right]) > 5
    assert np.mean([place.angle for place in left]) < -5
    assert all(place.squeeze < 0.85 for place in found)


def test_of_a_turned_face_it_is_the_ear_one_sees() -> None:
    assert all(place.centre[0] >= 0.6 * SIZE for place in places(head(nose=0.1)))
    assert all(place.centre[0] <= 0.4 * SIZE for place in places(head(nose=0.9)))


def test_clothes_are_below_the_chin() -> None:
    for seed in range(20):
        assert before_clothes(FACE, SIZE, np.random.default_rng(seed)).centre[1] > 0.5 * SIZE


def test_dark_clothes_are_told_from_light_ones() -> None:
    image: Image = np.full((SIZE, SIZE, 3), 180, np.uint8)
    image[120:] = 30
    assert is_dark(image, Place((100, 160), 40, 0, 1))
    assert not is_dark(image, Place((100, 60), 40, 0, 1))
    assert not is_dark(image, Place((100, 400), 40, 0, 1))


def test_half_of_the_composites_show_one_of_them(material: Material) -> None:
    plain: Image = np.full((SIZE, SIZE, 3), 128, np.uint8)
    red_face = np.zeros_like(plain)
    red_face[60:100, 80:120] = (0, 0, 255)
    shown = replace(material, people=[plain], others=[plain], heads=[replace(head(nose=0.5), image=red_face)])
    made = [composite(shown, SIZE, np.random.default_rng(seed)) for seed in range(120)]
    reds = [np.where((image[..., 2] > 200) & (image[..., 0] < 30) & (image[..., 1] < 30)) for image, _ in made]
    with_head = [(red, boxes) for red, (_, boxes) in zip(reds, made, strict=True) if len(red[0]) > 100]
    assert 35 < len(with_head) < 85
    beside_or_below = 0
    for (rows, columns), boxes in with_head:
        for left, _, right, bottom in boxes * SIZE:
            beside = left < columns.min() or right > columns.max()
            beside_or_below += beside or bottom > rows.max()
    assert beside_or_below > 15
    assert beside_or_below == sum(len(boxes) for _, boxes in with_head)
