"""Where the irises stand between the corners of the eyes, from the mesh with refined landmarks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from proctoring.observation import Eyes
from proctoring.vision.arrays import Landmarks


class _Eye(NamedTuple):
    """FaceMesh landmark numbers of one eye; 468 and 473 are the irises' centres."""

    left_corner: int  # of the picture
    right_corner: int
    upper_lid: int
    lower_lid: int
    iris: int


_EYES = (_Eye(33, 133, 159, 145, 468), _Eye(362, 263, 386, 374, 473))


def from_mesh(landmarks: Landmarks) -> Eyes | None:
    """Mean of both eyes (478 landmarks, pixels), each weighted by its squared width in the picture.

    So the nearer eye prevails as the head turns and the other one narrows. None when no eye has any width.
    """
    points = landmarks[:, :2]
    rows, weights = [], []
    for eye in _EYES:
        corner = points[eye.left_corner]
        along = points[eye.right_corner] - corner
        square = float(along @ along)
        if along[0] <= 0 or square < 1.0:
            continue  # seen from behind or narrower than a pixel
        iris = points[eye.iris] - corner
        height = float(along[1] * iris[0] - along[0] * iris[1])  # y grows downwards
        lids = float(np.linalg.norm(points[eye.upper_lid] - points[eye.lower_lid]))
        rows.append((float(iris @ along) / square, height / square, lids / square**0.5))
        weights.append(square)
    if not rows:
        return None
    horizontal, vertical, openness = np.average(rows, axis=0, weights=weights)
    return Eyes(float(horizontal), float(vertical), float(openness))
