"""A fingerprint follows what is in the picture, not how bright it is or how it was encoded."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np

from proctoring.vision import fingerprint, quality
from tests.data import clip_frames
from tests.vision.conftest import Picture, load


def numbers(picture: Picture) -> Any:
    luma = quality.thumbnail(picture)
    coded = fingerprint.of(luma, contrast=quality.judge_thumbnail(luma).contrast)
    return np.frombuffer(base64.b64decode(coded), "<i2").astype(float) / fingerprint.UNIT


def test_it_is_as_many_numbers_as_there_are_blocks_whatever_the_format() -> None:
    for size in ((640, 480), (640, 360), (480, 640), (40, 33)):
        picture = cv2.resize(load(clip_frames("reading_down")[0]), size)
        assert numbers(picture).shape == (fingerprint.COLUMNS * fingerprint.ROWS,)  # type: ignore[arg-type]


def test_it_stays_when_the_light_is_dimmed() -> None:
    picture = load(clip_frames("reading_down")[0])
    dimmed = (picture * 0.5).astype(np.uint8)
    assert np.abs(numbers(picture) - numbers(dimmed)).max() < 0.03


def test_it_changes_where_a_person_moves() -> None:
    first, later = (numbers(load(clip_frames("reading_down")[index])) for index in (0, 8))
    assert np.abs(first - later).max() > 0.1


def test_a_picture_of_one_grey_has_none() -> None:
    assert fingerprint.of(np.full((120, 160), 90, np.uint8), contrast=0.0) == ""
