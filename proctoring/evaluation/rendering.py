"""Draws a picture's own triangles where they lie after a turn, nearer ones over farther ones."""

from __future__ import annotations

import cv2
import numpy as np

from proctoring.evaluation.head_surface import Floats, Triangles
from proctoring.vision.arrays import Rgb

_FINER = 2  # drawn this many times as large, then shrunk: soft edges
_UNMOVED = np.array([[[1 / _FINER, 0.0, 0.5 / _FINER - 0.5], [0.0, 1 / _FINER, 0.5 / _FINER - 0.5]]])
_SHIFT = 4  # bits behind the point of cv2.fillConvexPoly's coordinates
_EDGE_ON = 0.05  # twice the area, in drawn pixels, of a triangle too narrow to tell one place in it from another


def redraw(picture: Rgb, source: Floats, placed: Floats, triangles: Triangles) -> Rgb:
    """``picture`` with each of its ``triangles`` moved from ``source`` (n, 2) to ``placed`` (n, 3), pixels.

    The larger a triangle's mean z, the earlier it is drawn (painter's algorithm). Where none comes to lie, the picture
    stays as it is; what a triangle shows of the outside is the picture mirrored at its edge.
    """
    height, width = picture.shape[:2]
    corners = (placed[:, :2] + 0.5) * _FINER - 0.5
    order = np.argsort(-placed[triangles, 2].mean(axis=1), kind="stable")
    owner = np.full((height * _FINER, width * _FINER), -1, np.int32)
    fixed = np.round(corners[triangles] * (1 << _SHIFT)).astype(np.int32)
    for number in order:
        cv2.fillConvexPoly(owner, fixed[number], (int(number),), cv2.LINE_8, _SHIFT)
    # Where nothing is drawn, each point comes from itself: a last "triangle" that moves nothing, number -1.
    to_source = np.concatenate([_affine(corners[triangles], source[triangles]), _UNMOVED]).astype(np.float32)
    x, y = np.arange(owner.shape[1], dtype=np.float32), np.arange(owner.shape[0], dtype=np.float32)[:, None]
    map_x, map_y = (row[owner, 0] * x + row[owner, 1] * y + row[owner, 2] for row in (to_source[:, 0], to_source[:, 1]))
    fine = cv2.remap(picture, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _affine(placed: Floats, source: Floats) -> Floats:
    """(m, 2, 3): maps that take each triangle (m, 3, 2) back to where it comes from; edge-on ones to their corner."""
    corners = np.concatenate([placed, np.ones((*placed.shape[:2], 1))], axis=2)
    flat = np.abs(np.linalg.det(corners)) < _EDGE_ON
    corners[flat] = np.eye(3)
    maps = np.swapaxes(np.linalg.solve(corners, source), 1, 2)
    maps[flat] = 0.0
    maps[flat, :, 2] = source[flat, 0]
    return np.asarray(maps)
