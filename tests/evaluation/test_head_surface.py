"""A mean head laid onto landmarks and turned: where its points come to lie is worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from proctoring.evaluation.head_surface import PIVOT, canonical_face, facing, head_surface, rotation
from proctoring.evaluation.rendering import redraw
from proctoring.vision.arrays import Landmarks

NOSE, EAR_LEFT, EAR_RIGHT = 4, 234, 454
SCALE, MIDDLE = 8.0, (120.0, 110.0)  # pixels a centimetre, and where the head's middle lies


def landmarks(*, yaw: float = 0.0, pitch: float = 0.0) -> Landmarks:
    """As a camera far away sees the mean face; z is nonsense on purpose."""
    points = canonical_face()[0] * (1.0, -1.0, -1.0) @ rotation(yaw=yaw, pitch=pitch).T * SCALE
    points[:, :2] += MIDDLE
    points[:, 2] = np.random.default_rng(1).normal(0.0, 100.0, len(points))
    return np.asarray(points)


def photograph() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    y, x = np.mgrid[:230, :240]
    waves = [np.sin(x / a) + np.cos(y / b) for a, b in ((9, 13), (17, 11), (23, 19))]
    return np.asarray(128 + 50 * np.stack(waves, axis=-1)).astype(np.uint8)


def test_the_mean_face_has_the_meshs_points_and_is_symmetric() -> None:
    points, triangles = canonical_face()
    assert points.shape == (468, 3)
    assert triangles.shape == (898, 3)
    assert points[EAR_LEFT] == pytest.approx(points[EAR_RIGHT] * (-1, 1, 1))
    assert points[NOSE, 2] > points[:, 2].max() - 0.01


@pytest.mark.parametrize(("yaw", "pitch"), [(30.0, 0.0), (-60.0, 0.0), (0.0, 15.0)])
def test_points_turn_about_the_neck_to_the_side_and_upwards(yaw: float, pitch: float) -> None:
    surface = head_surface(landmarks())
    nose = surface.turned(yaw=yaw, pitch=pitch)[NOSE] - (*surface.pivot, 0.0)
    before = (canonical_face()[0][NOSE] - PIVOT) * SCALE  # x right, y up, z towards the camera
    a, b = np.radians(yaw), np.radians(pitch)
    assert nose[0] == pytest.approx(before[2] * np.sin(a), abs=0.01)
    assert -nose[1] == pytest.approx(before[1] * np.cos(b) + before[2] * np.sin(b), abs=0.01)


def test_unturned_every_point_of_the_face_stays_where_it_was_seen() -> None:
    seen = landmarks() + np.random.default_rng(2).normal(0.0, 1.0, (468, 3))
    surface = head_surface(seen)
    assert surface.turned(yaw=0.0, pitch=0.0)[:468, :2] == pytest.approx(seen[:, :2])


def test_the_depth_that_the_landmarks_claim_is_not_looked_at() -> None:
    claimed, other = landmarks(), landmarks()
    other[:, 2] *= -3.0
    one, two = (head_surface(each).turned(yaw=40.0, pitch=0.0) for each in (claimed, other))
    assert np.array_equal(one, two)


def test_a_deeper_head_moves_farther() -> None:
    def shift(depth: float) -> float:
        surface = head_surface(landmarks(), depth=depth)
        return float(surface.turned(yaw=30.0, pitch=0.0)[NOSE, 0] - surface.pivot[0])

    assert shift(1.2) == pytest.approx(1.2 * shift(1.0))


def test_what_is_far_around_the_head_stays() -> None:
    surface = head_surface(landmarks())
    still = surface.follows == 0
    assert still.sum() == 36
    assert surface.turned(yaw=60.0, pitch=0.0)[still, :2] == pytest.approx(surface.source[still])


@pytest.mark.parametrize(("yaw", "pitch"), [(8.0, 0.0), (-20.0, 0.0), (0.0, -12.0)])
def test_which_way_a_face_looks_is_told_without_its_depth(yaw: float, pitch: float) -> None:
    assert facing(landmarks(yaw=yaw, pitch=pitch)) == pytest.approx((yaw, pitch), abs=0.5)


def test_unturned_the_picture_stays_the_same() -> None:
    picture, surface = photograph(), head_surface(landmarks())
    same = redraw(picture, surface.source, surface.turned(yaw=0.0, pitch=0.0), surface.triangles)
    assert np.abs(same.astype(int) - picture).mean() < 1.0


def test_nearer_triangles_hide_farther_ones() -> None:
    picture = np.zeros((40, 80, 3), np.uint8)
    picture[:, 40:] = 200
    corners = np.array([[2, 2], [30, 2], [2, 30], [46, 2], [74, 2], [46, 30]], np.float64)
    triangles = np.array([[0, 1, 2], [3, 4, 5]], np.int32)
    onto_the_bright_one = np.concatenate([corners[3:], corners[3:]])
    for depths, shown in (((-1.0, 1.0), 0), ((1.0, -1.0), 200)):
        placed = np.column_stack([onto_the_bright_one, np.repeat(depths, 3)])
        assert redraw(picture, corners, placed, triangles)[8, 52, 0] == shown
