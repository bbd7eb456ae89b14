"""Boxes their uploaders brightened are noticed; phones that merely lie straight are not."""

from __future__ import annotations

import cv2
import numpy as np

from proctoring.training.checks import fingerprint, has_brightened_box, likeness
from proctoring.training.pictures import Image

BOX = np.array([[0.25, 0.25, 0.75, 0.75]], np.float32)


def room(seed: int = 0) -> Image:
    noise = np.random.default_rng(seed).normal(128, 60, (200, 200, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 8)
    return np.clip((smooth - 128) * 8 + 128, 0, 200).astype(np.uint8)


def test_a_brightened_box_is_noticed() -> None:
    image = room()
    image[50:150, 50:150] = np.clip(image[50:150, 50:150].astype(int) + 30, 0, 255)
    assert has_brightened_box(image, BOX)


def test_a_darkened_box_is_noticed() -> None:
    image = room()
    image[50:150, 50:150] = image[50:150, 50:150] // 2
    assert has_brightened_box(image, BOX)


def test_an_untouched_picture_is_none() -> None:
    assert not has_brightened_box(room(), BOX)


def test_a_dark_phone_that_lies_straight_is_none() -> None:
    image = room()
    image[50:150, 50:150] = 15
    assert not has_brightened_box(image, BOX)


def test_near_duplicates_are_alike_also_mirrored_and_darkened() -> None:
    others = np.stack([fingerprint(room(1)), fingerprint(room(2))])
    assert likeness((np.fliplr(room(1)) // 2).astype(np.uint8), others) > 0.97
    assert likeness(room(3), others) < 0.9
