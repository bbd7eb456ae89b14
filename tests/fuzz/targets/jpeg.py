"""A picture from a candidate's page: what is looked at before any decoder sees it, and the decoder."""

from __future__ import annotations

import numpy as np

from proctoring.vision.frame import MAX_LONG_SIDE, MAX_SHORT_SIDE, MIN_SIDE, BadFrame, check, decode
from tests.fuzz.jpeg_mutation import mutate
from tests.fuzz.pictures import jpegs
from tests.fuzz.target import Take, Target

CODES = {"empty", "too_large", "not_jpeg", "truncated", "dimensions"}


def start() -> Take:
    return take


def take(data: bytes) -> bool:
    try:
        width, height = check(data)
        picture = decode(data)
    except BadFrame as refused:
        assert refused.code in CODES
        assert str(refused).endswith(".")
        return False
    assert sorted(picture.shape[:2]) == sorted((height, width)), "what was decoded is not what was checked"
    assert picture.shape[2:] == (3,)
    assert picture.dtype == np.uint8
    assert MIN_SIDE <= min(width, height) <= MAX_SHORT_SIDE
    assert max(width, height) <= MAX_LONG_SIDE
    return True


TARGET = Target("JPEG: checked and decoded", start, jpegs, longest=12_000, seconds=3.0, memory_mb=700, mutate=mutate)
