"""A still as a webcam would film it: somebody's hand trembles, the light flickers, the sensor is noisy, JPEG blurs.

What a detector makes of one picture is one throw of dice; an exam sees many of the same scene, and events rest on them.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from proctoring.vision.arrays import Rgb

LONGEST = 640  # pixels: what a candidate's page sends
# Standard deviations. A phone held up moves by some hundredths of the picture between two looks; what is on a wall
# does so where a laptop stands on somebody's knees.
TURN_DEGREES, SCALE, SHIFT = 2.0, 0.02, 0.015  # shift: of the picture's width and height
LIGHT = 0.08  # at most, to either side
NOISE = 3.0  # grey levels
BLURRED_SHARE, BLUR = 0.25, (0.5, 1.2)  # pixels
QUALITY = (55, 85)


def filmed(picture: Rgb, looks: int, seed: tuple[int, ...]) -> Iterator[Rgb]:
    """``looks`` pictures of an RGB picture (height, width, 3): always the same for the same seed."""
    rng = np.random.default_rng(seed)
    scale = LONGEST / max(picture.shape[:2])
    if scale < 1:
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        picture = np.asarray(small, np.uint8)
    for _ in range(looks):
        yield _once(picture, rng)


def _once(picture: Rgb, rng: np.random.Generator) -> Rgb:
    height, width = picture.shape[:2]
    scale = float(np.exp(rng.normal(0, SCALE)))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.normal(0, TURN_DEGREES)), scale)
    matrix = np.array(turn, np.float64)
    matrix[:, 2] += rng.normal(0, SHIFT, 2) * (width, height)
    moved = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    moved = moved * rng.uniform(1 - LIGHT, 1 + LIGHT) + _noise(rng, moved.shape)
    spoilt = moved.clip(0, 255).astype(np.uint8)
    if rng.random() < BLURRED_SHARE:
        spoilt = np.asarray(cv2.GaussianBlur(spoilt, (0, 0), rng.uniform(*BLUR)), np.uint8)
    _, jpeg = cv2.imencode(
        ".jpg", spoilt[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(*QUALITY, endpoint=True))]
    )
    return np.ascontiguousarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR)[..., ::-1])


def _noise(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    return np.asarray(rng.standard_normal(shape, np.float32) * NOISE)
