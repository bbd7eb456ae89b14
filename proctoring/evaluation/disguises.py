"""Glasses, caps, masks, backlight and darkness drawn onto pictures of faces, where the mesh says that the face lies.

Drawn, not filmed: they show which parts of a face the detectors lean on, not what real glasses or masks would do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from proctoring.vision.arrays import Landmarks, Rgb

# FaceMesh landmark numbers (canonical_face_model_uv_visualization).
_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
_LOWER_OVAL = _OVAL[8:29]  # from the picture's right cheek (454) round the chin to the left one (234)
_NOSE_BRIDGE = 197
_FOREHEAD = (162, 21, 54, 103, 67, 109, 10, 338, 297, 332, 284, 251, 389)
_BROWS = (300, 293, 334, 296, 336, 107, 66, 105, 63, 70)
_CHIN, _TOP = 152, 10
_EYE_CORNERS = ((33, 133), (362, 263))
_EYES_APART = (33, 263)

_GREY_FRAME, _DARK_LENS = (40, 40, 45), (18, 18, 22)
_SURGICAL_BLUE, _CAP_RED = (150, 190, 215), (120, 30, 40)
# Mean luma of a face lit only by a screen in a dark room; the noise is a webcam's at full gain.
_DARK_LUMA, _DARK_NOISE = 28.0, 5.0
_BACKLIT_FACE, _BACKLIT_REST = 0.3, 0.75


def glasses(picture: Rgb, points: Landmarks) -> Rgb:
    """Rimmed glasses: two ellipses and a bridge."""
    drawn = picture.copy()
    for centre, axes, angle in _lenses(points):
        cv2.ellipse(drawn, centre, axes, angle, 0, 360, _GREY_FRAME, _line(points), cv2.LINE_AA)
    _bridge(drawn, points, _GREY_FRAME)
    return drawn


def sunglasses(picture: Rgb, points: Landmarks) -> Rgb:
    """The same with lenses nothing can be seen through."""
    drawn = picture.copy()
    for centre, axes, angle in _lenses(points):
        cv2.ellipse(drawn, centre, axes, angle, 0, 360, _DARK_LENS, -1, cv2.LINE_AA)
    _bridge(drawn, points, _DARK_LENS)
    return drawn


def mask(picture: Rgb, points: Landmarks) -> Rgb:
    """A light blue mask from the nose's bridge to below the chin."""
    outline = [points[number, :2] for number in (*_LOWER_OVAL, _NOSE_BRIDGE)]
    return _filled(picture, outline, _SURGICAL_BLUE)


def cap(picture: Rgb, points: Landmarks) -> Rgb:
    """A cap pulled down to the brows, its crown as high again as the forehead."""
    up = (points[_TOP, :2] - points[_CHIN, :2]) * 0.35
    crown = [points[number, :2] + up for number in _FOREHEAD]
    sides = [points[389, :2], *(points[number, :2] for number in _BROWS), points[162, :2]]
    return _filled(picture, [*crown, *sides], _CAP_RED)


def backlight(picture: Rgb, points: Landmarks) -> Rgb:
    """A bright window behind: the head darkened, the rest washed out."""
    head = np.zeros(picture.shape[:2], np.uint8)
    middle = points[:, :2].mean(axis=0)
    around = middle + (points[list(_OVAL), :2] - middle) * 1.35
    cv2.fillConvexPoly(head, cv2.convexHull(around.astype(np.int32)), (255,))
    share = cv2.GaussianBlur(head, (0, 0), max(1.0, _size(points) / 20)).astype(np.float32)[..., None] / 255
    rest = 255 - (255 - picture.astype(np.float32)) * (1 - _BACKLIT_REST)
    return _bytes(picture * _BACKLIT_FACE * share + rest * (1 - share))


def darkness(picture: Rgb, points: Landmarks) -> Rgb:
    """Darkened to a mean luma of 28 where the face lies, with a webcam's noise."""
    left, top = np.maximum(points[:, :2].min(axis=0).astype(int), 0)
    right, bottom = points[:, :2].max(axis=0).astype(int) + 1
    face = picture[top:bottom, left:right]
    mean = float(face.mean()) if face.size else float(picture.mean())
    noise = np.random.default_rng(7).normal(0.0, _DARK_NOISE, picture.shape)
    return _bytes(picture * min(1.0, _DARK_LUMA / max(mean, 1.0)) + noise)


DISGUISES: Mapping[str, Callable[[Rgb, Landmarks], Rgb]] = {
    "glasses": glasses,
    "sunglasses": sunglasses,
    "mask": mask,
    "cap": cap,
    "backlight": backlight,
    "darkness": darkness,
}


def _lenses(points: Landmarks) -> list[tuple[tuple[int, int], tuple[int, int], float]]:
    lenses = []
    for one, other in _EYE_CORNERS:
        along = points[other, :2] - points[one, :2]
        width = float(np.linalg.norm(along))
        x, y = (points[one, :2] + points[other, :2]) / 2
        angle = float(np.degrees(np.arctan2(along[1], along[0])))
        lenses.append(((round(x), round(y)), (max(1, round(width * 0.85)), max(1, round(width * 0.7))), angle))
    return lenses


def _bridge(drawn: Rgb, points: Landmarks, colour: tuple[int, int, int]) -> None:
    inner = [(round(points[number, 0]), round(points[number, 1])) for number in (133, 362)]
    cv2.line(drawn, inner[0], inner[1], colour, _line(points), cv2.LINE_AA)


def _filled(picture: Rgb, outline: list[NDArray[np.float64]], colour: tuple[int, int, int]) -> Rgb:
    drawn = picture.copy()
    cv2.fillPoly(drawn, [np.array(outline).round().astype(np.int32)], colour, cv2.LINE_AA)
    return drawn


def _size(points: Landmarks) -> float:
    return float(np.linalg.norm(points[_TOP, :2] - points[_CHIN, :2]))


def _line(points: Landmarks) -> int:
    return max(1, round(float(np.linalg.norm(points[_EYES_APART[1], :2] - points[_EYES_APART[0], :2])) / 25))


def _bytes(values: Any) -> Rgb:
    clipped: Rgb = np.clip(values, 0, 255).astype(np.uint8)
    return clipped
