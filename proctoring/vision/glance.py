"""A cheap look at a face: whether head and eyes still are as they were when the mesh measured them.

The detector's six keypoints tell roughly where the head points, at no cost; they cannot tell where the eyes look, so
what lies around each eye is compared as well. `manage.py evaluate events` plays all clips with and without it.
"""

from __future__ import annotations

import base64
import math

import cv2
import numpy as np
from numpy.typing import NDArray

from proctoring.observation import Face, Glance
from proctoring.vision import head_pose
from proctoring.vision.arrays import Rgb

# On the clips, sampled at 1 to 12 pictures a second and from five beginnings, sessions of every kind (462) give the
# same events at the same pictures with a likeness from 0.96 up; at 0.95 one differs, without the eyes 98 do.
ALIKE_EYES = 0.965
# Keypoints of a head that keeps still tremble by up to 2° of yaw and 5° of pitch.
YAW_DEGREES, PITCH_DEGREES, ROLL_DEGREES = 5.0, 8.0, 5.0
# What is compared of an eye: 0.9 × 0.45 of the distance between the eyes, as 32 × 16 pixels, found again anywhere
# within 3 pixels, because the keypoints tremble.
_WIDTH, _HEIGHT, _REACH = 32, 16, 3
_EYE_DISTANCES = 0.9
_FLAT = 10  # grey levels; with fewer there is no eye to be seen


def take(picture: Rgb, face: Face) -> Glance | None:
    """How ``face`` looks in an RGB picture (height, width, 3); None without its keypoints."""
    height, width = picture.shape[:2]
    pose = head_pose.from_keypoints(face, width=width, height=height)
    if pose is None:
        return None
    one, other = ((x * width, y * height) for x, y in face.keypoints[:2])
    distance = math.dist(one, other)
    if distance < 1.0:
        return None
    return Glance(pose, (_around(picture, one, distance), _around(picture, other, distance)))


def alike(known: Glance, now: Glance) -> bool:
    """Whether head and eyes stand in both as far as a glance can tell."""
    one, other = known.pose, now.pose
    return (
        abs(one.yaw - other.yaw) <= YAW_DEGREES
        and abs(one.pitch - other.pitch) <= PITCH_DEGREES
        and abs(one.roll - other.roll) <= ROLL_DEGREES
        and all(_likeness(*pair) >= ALIKE_EYES for pair in zip(known.eyes, now.eyes, strict=True))
    )


def _around(picture: Rgb, eye: tuple[float, float], distance: float) -> str:
    """The eye and a margin of ``_REACH`` pixels on each side, grey."""
    width, height = _WIDTH + 2 * _REACH, _HEIGHT + 2 * _REACH
    scale = _EYE_DISTANCES * distance / _WIDTH
    place = np.array([[scale, 0, eye[0] - scale * width / 2], [0, scale, eye[1] - scale * height / 2]])
    options = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    patch = cv2.warpAffine(picture, place, (width, height), flags=options, borderMode=cv2.BORDER_REPLICATE)
    return base64.b64encode(cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY).tobytes()).decode()


def _likeness(known: str, now: str) -> float:
    """Correlation, at most 1, at the best place; 0 where there is nothing but one grey."""
    inner = _pixels(known)[_REACH:-_REACH, _REACH:-_REACH]
    if int(inner.max()) - int(inner.min()) < _FLAT:
        return 0.0
    return float(cv2.matchTemplate(_pixels(now), inner, cv2.TM_CCOEFF_NORMED).max())


def _pixels(patch: str) -> NDArray[np.uint8]:
    return np.frombuffer(base64.b64decode(patch), np.uint8).reshape(_HEIGHT + 2 * _REACH, _WIDTH + 2 * _REACH)
