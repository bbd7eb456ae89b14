"""A photographed head as a surface that can be turned: where its points lie, how deep, and the triangles between them.

After the way 300W-LP was made of 300W: “face profiling” in Zhu et al., Face Alignment Across Large Poses: A 3D Solution
(CVPR 2016, arXiv 1511.07212). A mean face is fitted, its depth is carried on over ears, hair and neck, and anchors
around them stay where they are. Where a point lies in the picture comes from FaceMesh; how deep it lies does not. That
is read off MediaPipe's canonical face model, one for everybody, as what FaceMesh says about depth is to be measured.

The canonical model is an artist's, from FaceMesh's own makers. Its depth agrees with that of another mean face, the 68
points of the Basel Face Model as InsightFace has them: laid onto each other they fit best when those are made 1.1 times
as deep (32 points inside the face), 0.9 times with the ears.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from proctoring.vision.arrays import Landmarks

Floats = NDArray[np.float64]
Triangles = NDArray[np.int32]  # (n, 3): numbers of corners

CANONICAL_FACE = Path(__file__).parent / "shapes" / "canonical_face.obj"
# The face's outline, FaceMesh landmark numbers in order round it (canonical_face_model_uv_visualization).
OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip

# Centimetres in the canonical model's own axes; rough, since they only shape what lies around the face. The outline of
# the head as an ellipse, somewhat more than 15 wide with hair and 14 above the ears (about ANSUR 1988's 15.2 and 13.1
# for men without), at the depth where heads are widest, and how far ears stand out from it.
_MIDDLE = np.array([0.0, 1.0])
_HEAD_MIDDLE, _HEAD_HALVES, _HEAD_DEPTH = np.array([0.0, 3.4]), np.array([8.1, 10.6]), -4.5
_EAR_MIDDLE, _EAR_HALF, _EAR_REACH = 1.0, 3.2, 1.2
_NECK_BELOW, _NECK_DEPTH = 1.6, -1.5  # below the jaw's edge the throat lies this much lower and deeper
_JAW = -3.0  # what lies lower belongs to the jaw
PIVOT = np.array([0.0, -1.5, -3.5])  # the topmost joint of the neck, a little behind and below the ears

# Steps from the face's outline (0) to the head's (1), denser where the surface bends backwards.
_ROUND = (0.25, 0.5, 0.75, 0.92, 1.0)
# The back of the head, which no frontal picture shows: degrees behind the widest place, and from where between the
# face's outline (0) and the head's (1) its colour is taken. Far enough inside that it is no background.
_HEAD_LENGTH = 9.8  # half of it: about 19.7 in ANSUR 1988
_BEHIND = ((0.0, 0.5), (35.0, 0.4), (65.0, 0.3), (88.0, 0.25))
# Around the head: outwards in radii of its outline, and how much of the turn is followed there.
_BACKGROUND = 2.0  # what is around the head moves as if it lay this far behind its widest place
_DRAWN_FIRST = 1e4  # pixels: and is drawn as if it lay farther than any part of the head
_AROUND = ((1.2, 0.55), (1.45, 0.2), (1.75, 0.0))


@dataclass(frozen=True, slots=True)
class HeadSurface:
    """Corners, and triangles between them.

    ``source`` (n, 2): where in the picture each corner takes its colour from, pixels. ``points`` (n, 3): where it lies,
    relative to the neck's joint, pixels, x to the right, y down, z away from the camera. ``follows`` (n,): how much of
    a turn it follows, 0 to 1. ``pivot`` (2,): where the joint lies in the picture. ``around`` (n,): not of the head.
    """

    source: Floats
    points: Floats
    follows: Floats
    triangles: Triangles
    pivot: Floats
    around: NDArray[np.bool_]

    def turned(self, *, yaw: float, pitch: float) -> Floats:
        """(n, 3): where each corner lies after a turn by degrees, in the signs of HeadPose; pixels, z away."""
        moved = self.points @ rotation(yaw=yaw, pitch=pitch).T
        placed = self.points + self.follows[:, None] * (moved - self.points)
        placed[:, :2] += self.pivot
        placed[self.around, 2] += _DRAWN_FIRST
        return np.asarray(placed)


def rotation(*, yaw: float, pitch: float) -> Floats:
    """(3, 3) for points with x to the right, y down and z away: pitch first (up), then yaw (to the picture's right)."""
    a, b = np.radians(yaw), np.radians(pitch)
    aside = np.array([[np.cos(a), 0.0, -np.sin(a)], [0.0, 1.0, 0.0], [np.sin(a), 0.0, np.cos(a)]])
    up = np.array([[1.0, 0.0, 0.0], [0.0, np.cos(b), np.sin(b)], [0.0, -np.sin(b), np.cos(b)]])
    return np.asarray(aside @ up)


@cache
def canonical_face() -> tuple[Floats, Triangles]:
    """Corners (468, 3) in centimetres, x to the right, y up, z towards the camera, and triangles (898, 3)."""
    points, triangles = [], []
    for line in CANONICAL_FACE.read_text(encoding="utf-8").splitlines():
        kind, *values = line.split()
        if kind == "v":
            points.append([float(value) for value in values])
        elif kind == "f":
            triangles.append([int(value) - 1 for value in values])
    return np.array(points), np.array(triangles, np.int32)


def head_surface(landmarks: Landmarks, *, depth: float = 1.0) -> HeadSurface:
    """The surface of the head whose landmarks (478 or 468, pixels; z is not looked at) these are.

    ``depth``: how deep the head is, in the mean face's own depth for its size.
    """
    face, triangles = canonical_face()
    face = face * (1.0, -1.0, -1.0)  # as pictures have it: y down, z away
    seen = landmarks[: len(face), :2]
    matrix, offset = _fit(face, seen)
    residual = seen - (face @ matrix[:2].T + offset)
    oval = face[list(OVAL)]
    shapes, shown_by, follows, around = [face], [face], [np.ones(len(face))], [np.zeros(len(face), np.bool_)]
    rings, back = _rings(oval)
    for ring in (*rings, *back):
        shapes.append(ring.points)
        shown_by.append(ring.shown_by)
        follows.append(ring.follows)
        around.append(np.full(len(OVAL), ring.around))
    corners = [
        np.array(OVAL),
        *(np.arange(len(OVAL)) + len(face) + len(OVAL) * n for n in range(len(rings) + len(back))),
    ]
    numbers = [np.arange(len(face)), *[np.array(OVAL)] * (len(rings) + len(back))]
    shape = np.concatenate(shapes)
    moved_aside = residual[np.concatenate(numbers)]
    source = np.concatenate(shown_by) @ matrix[:2].T + offset + moved_aside
    pivot = PIVOT * (1.0, -1.0, -1.0)
    relative = (shape - pivot) @ matrix.T
    relative[:, :2] += moved_aside
    relative[:, 2] *= depth
    outwards, behind = corners[: len(rings) + 1], corners[len(rings) + 1 :]
    pairs = [*pairwise(outwards), *pairwise(behind)]
    between = np.concatenate([_between(inner, outer) for inner, outer in pairs])
    return HeadSurface(
        source=np.asarray(source),
        points=np.asarray(relative),
        follows=np.concatenate(follows),
        triangles=np.concatenate([triangles, between]).astype(np.int32),
        pivot=np.asarray(pivot @ matrix[:2].T + offset),
        around=np.concatenate(around),
    )


def facing(landmarks: Landmarks) -> tuple[float, float]:
    """Yaw and pitch in degrees at which the mean face fits the landmarks (478 or 468; z is not looked at) best."""
    face, _ = canonical_face()
    matrix, _ = _fit(face * (1.0, -1.0, -1.0), landmarks[: len(face), :2])
    x, y, z = matrix @ (0.0, 0.0, -1.0) / np.linalg.norm(matrix[0])  # where the nose points
    return float(np.degrees(np.arctan2(x, -z))), float(np.degrees(np.arcsin(np.clip(-y, -1.0, 1.0))))


def _fit(face: Floats, seen: Floats) -> tuple[Floats, Floats]:
    """Scaled rotation (3, 3) and offset (2,) that lay the mean face onto the seen points under orthographic projection.

    Least squares for an affine camera, then the nearest scaled rotation (DeMenthon and Davis 1995, without iterations).
    """
    middle, seen_middle = face.mean(axis=0), seen.mean(axis=0)
    affine, *_ = np.linalg.lstsq(face - middle, seen - seen_middle, rcond=None)
    left, sizes, right = np.linalg.svd(affine.T, full_matrices=False)
    rows = left @ right
    turn = np.stack([rows[0], rows[1], np.cross(rows[0], rows[1])])
    matrix = float(sizes.mean()) * turn
    return matrix, seen_middle - middle @ matrix[:2].T


@dataclass(frozen=True, slots=True)
class _Ring:
    """36 points (36, 3), where each takes its colour from (36, 3), how much of a turn each follows (36,), and whether
    they are not the head's but lie around it."""

    points: Floats
    shown_by: Floats
    follows: Floats
    around: bool = False


def _rings(oval: Floats) -> tuple[list[_Ring], list[_Ring]]:
    """Rings from the face's outline (36, 3) outwards, and those from the head's side round its back."""
    middle, head_middle = _MIDDLE * (1.0, -1.0), _HEAD_MIDDLE * (1.0, -1.0)
    outward = oval[:, :2] - middle
    jaw = np.clip((oval[:, 1] + _JAW) / -_JAW, 0.0, 1.0)[:, None]  # 0 at the ears and above, 1 at the jaw's edge
    head = middle + outward * _to_head_outline(middle, outward)[:, None]
    head = head + np.sign(outward) * (1.0, 0.0) * _ears(oval)[:, None]
    throat = oval[:, :2] + outward / np.linalg.norm(outward, axis=1, keepdims=True) * _NECK_BELOW
    rim = np.column_stack(
        [head * (1 - jaw) + throat * jaw, np.maximum(-_HEAD_DEPTH * (1 - jaw) - _NECK_DEPTH * jaw, oval[:, 2:])]
    )
    rim_follows = 1.0 - 0.4 * jaw[:, 0]

    def towards_rim(step: float) -> Floats:
        flat = oval[:, :2] + (rim[:, :2] - oval[:, :2]) * step
        return np.column_stack([flat, oval[:, 2] + (rim[:, 2] - oval[:, 2]) * (1 - np.sqrt(1 - step**2))])

    outwards = [_Ring(at := towards_rim(step), at, 1.0 + (rim_follows - 1.0) * step) for step in _ROUND]
    for radius, share in _AROUND:
        at = np.column_stack([middle + (rim[:, :2] - middle) * radius, rim[:, 2] + _BACKGROUND])
        outwards.append(_Ring(at, at, rim_follows * share, around=True))
    behind = []
    for degrees, step in _BEHIND:
        near, angle = towards_rim(step), np.radians(degrees)
        flat = head_middle + (near[:, :2] - head_middle) * np.cos(angle)
        deep = np.maximum(near[:, 2], -_HEAD_DEPTH) + _HEAD_LENGTH * np.sin(angle)
        at = np.column_stack([flat, deep if degrees else near[:, 2]])
        behind.append(_Ring(near + (at - near) * (1 - jaw), near, rim_follows))
    return outwards, behind


def _ears(oval: Floats) -> Floats:
    """How far ears stand out beyond the head, centimetres (36,), most at the middle of their height."""
    from_middle = np.abs(-oval[:, 1] - _EAR_MIDDLE) / _EAR_HALF
    return np.asarray(np.clip(1.0 - from_middle**2, 0.0, 1.0) * _EAR_REACH)


def _to_head_outline(middle: Floats, outward: Floats) -> Floats:
    """How many times ``outward`` (36, 2) lies between ``middle`` and the head's outline, at least 1.05."""
    halves = _HEAD_HALVES
    start, along = (middle - _HEAD_MIDDLE * (1.0, -1.0)) / halves, outward / halves
    a, b, c = (along**2).sum(axis=1), along @ start, float(start @ start) - 1.0
    return np.asarray(np.maximum((-b + np.sqrt(b**2 - a * c)) / a, 1.05))


def _between(inner: NDArray[np.int_], outer: NDArray[np.int_]) -> Triangles:
    after, beyond = np.roll(inner, -1), np.roll(outer, -1)
    one, other = np.stack([inner, outer, beyond], axis=1), np.stack([inner, beyond, after], axis=1)
    return np.asarray(np.concatenate([one, other]), np.int32)
