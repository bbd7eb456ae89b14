"""Dark, blurred and covered pictures are said to be so; normal ones never are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from proctoring.observation import Quality
from proctoring.vision.quality import judge
from tests.data import clip_frames, data_path
from tests.vision.conftest import Picture, load

CLIPS = ("head_turns", "reading_down", "two_people", "phone_at_webcam", "phone_in_hand", "eyes_center_left_center")
NOISE = np.random.default_rng(2).normal(0, 3, (480, 640, 3))


def first(clip: str) -> Picture:
    return load(clip_frames(clip)[0])


def flags(quality: Quality) -> set[str]:
    return {name for name in ("dark", "blurred", "covered") if getattr(quality, name)}


def spoiled(picture: np.ndarray) -> set[str]:  # type: ignore[type-arg]
    return flags(judge(np.clip(picture, 0, 255).astype(np.uint8)[..., ::-1]))


@pytest.mark.parametrize("clip", [*CLIPS, "walking_in", "turning_woman", "wallet_at_webcam"])
def test_no_normal_frame_is_flagged(clip: str) -> None:
    assert all(not spoiled(load(path)) for path in clip_frames(clip)[::5])


def test_no_other_webcam_is_flagged() -> None:
    pictures = sorted(data_path("negatives/webcam").glob("*.jpg"))[::10]
    assert [path.name for path in pictures if spoiled(load(path))] == []


@pytest.mark.parametrize("clip", CLIPS)
def test_a_room_without_light_is_dark(clip: str) -> None:
    assert spoiled(first(clip) * 0.05 + NOISE) == {"dark"}


@pytest.mark.parametrize("clip", CLIPS)
def test_a_dim_room_in_which_faces_are_still_found_is_not_dark(clip: str) -> None:
    assert spoiled(first(clip) * 0.3 + NOISE) == set()


@pytest.mark.parametrize("clip", CLIPS)
def test_a_camera_out_of_focus_is_blurred(clip: str) -> None:
    assert spoiled(cv2.GaussianBlur(first(clip), (0, 0), 12)) == {"blurred"}


def test_a_slightly_soft_picture_is_not_blurred() -> None:
    assert spoiled(cv2.GaussianBlur(first("head_turns"), (0, 0), 3)) == set()


@pytest.mark.parametrize("colour", [(20, 30, 90), (60, 80, 150), (120, 120, 120)])
def test_a_lens_behind_a_finger_or_cloth_is_covered(colour: tuple[int, int, int]) -> None:
    room = cv2.resize(first("head_turns"), (8, 6), interpolation=cv2.INTER_AREA)  # what shines through
    room = cv2.resize(room, (640, 480), interpolation=cv2.INTER_CUBIC)
    shade = 1 - 0.6 * (np.linspace(-0.4, 0.6, 640)[None, :, None] ** 2)
    assert spoiled(np.array(colour) * shade + 0.2 * room + NOISE) == {"covered"}


def test_a_black_picture_is_dark_and_nothing_else() -> None:
    assert spoiled(np.zeros((480, 640, 3), np.uint8)) == {"dark"}
