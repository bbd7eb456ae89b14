"""Signs and sizes of head pose, checked against what one sees in the clips."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from proctoring.observation import Box, Face, HeadPose, Looks
from proctoring.vision import head_pose
from proctoring.vision.analyzer import Analyzer
from tests.data import clip_frames
from tests.vision.conftest import See, jpeg, load


def pose(see: See, clip: str, number: int) -> HeadPose:
    seen = see(clip_frames(clip)[number]).pose
    assert seen is not None
    return seen


def test_a_head_turned_to_the_pictures_right_has_positive_yaw(see: See) -> None:
    assert 55 < pose(see, "head_turns", 28).yaw < 85


def test_a_head_turned_to_the_pictures_left_has_negative_yaw(see: See) -> None:
    assert -60 < pose(see, "turning_woman", 0).yaw < -30


def test_a_head_facing_the_screen_has_small_yaw(see: See) -> None:
    assert abs(pose(see, "head_turns", 0).yaw) < 8


def test_a_head_bent_over_the_desk_has_lower_pitch(see: See) -> None:
    upright, bent = pose(see, "head_turns", 0), pose(see, "head_turns", 130)
    assert bent.pitch < upright.pitch - 5


def test_a_head_leaning_to_the_pictures_left_has_negative_roll(see: See) -> None:
    assert pose(see, "two_people", 20).roll < -30


def test_a_head_leaning_to_the_pictures_right_has_positive_roll(see: See) -> None:
    assert pose(see, "phone_at_webcam", 0).roll > 15


@pytest.mark.parametrize(("mesh", "turned"), [(10, 10), (31, 30), (-38, -45), (47, 60), (56, 75), (80, 90)])
def test_what_the_mesh_flattens_is_read_off_the_table(mesh: float, turned: float) -> None:
    """The mesh of a head as wide as it is high and turned by ``mesh`` degrees."""
    landmarks = np.zeros((478, 3))
    cosine, sine = np.cos(np.radians(mesh)), np.sin(np.radians(mesh))
    for number, (x, y) in {234: (-1, 0), 454: (1, 0), 10: (0, -1), 152: (0, 1), 33: (-0.5, 0), 263: (0.5, 0)}.items():
        landmarks[number] = (x * cosine, y, x * sine)
    assert head_pose.from_mesh(landmarks).yaw == pytest.approx(turned, abs=0.01)


def test_a_mirrored_picture_has_mirrored_yaw(analyzer: Analyzer, see: See) -> None:
    path = clip_frames("head_turns")[20]
    mirrored = analyzer.analyse(jpeg(cv2.flip(load(path), 1).astype(np.uint8)), looks=Looks.FAR_FACES).pose
    plain = see(path).pose
    assert plain is not None
    assert mirrored is not None
    assert mirrored.yaw == pytest.approx(-plain.yaw, abs=5)
    assert mirrored.roll == pytest.approx(-plain.roll, abs=5)


@pytest.mark.parametrize("number", [0, 18, 60, 100, 185])
def test_the_coarse_pose_of_the_keypoints_agrees_with_the_mesh(see: See, number: int) -> None:
    seen = see(clip_frames("head_turns")[number])
    assert seen.faces is not None
    assert seen.pose is not None
    coarse = head_pose.from_keypoints(seen.faces[0], width=seen.width, height=seen.height)
    assert coarse is not None
    assert coarse.source == "keypoints"
    assert coarse.yaw == pytest.approx(seen.pose.yaw, abs=15)
    assert coarse.pitch == pytest.approx(seen.pose.pitch, abs=15)


def test_a_face_without_keypoints_has_no_coarse_pose() -> None:
    assert head_pose.from_keypoints(Face(Box(0.1, 0.1, 0.2, 0.2)), width=640, height=480) is None
