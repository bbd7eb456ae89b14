"""Which way the head points, in degrees; signs as :class:`proctoring.observation.HeadPose` says.

From the mesh's own three-dimensional landmarks rather than a six-point solvePnP: on 368 labelled poses of true yaw
15 / 30 / 45 / 60° the mesh gives 15 / 31 / 38 / 47°, solvePnP 9 / 22 / 28 / 35°. The mesh flattens far turns, so what
it gives is read off that table.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from proctoring.observation import Face, HeadPose
from proctoring.vision.arrays import Landmarks

# MediaPipe FaceMesh landmark numbers (canonical_face_model_uv_visualization): where face and ears meet, forehead, chin.
_PICTURE_LEFT, _PICTURE_RIGHT, _FOREHEAD, _CHIN = 234, 454, 10, 152
_EYE_PICTURE_LEFT, _EYE_PICTURE_RIGHT = 33, 263
_MESH_YAWS, _TRUE_YAWS = (0.0, 15.0, 31.0, 38.0, 47.0), (0.0, 15.0, 30.0, 45.0, 60.0)  # means on those poses
_BEYOND = (_TRUE_YAWS[-1] - _TRUE_YAWS[-2]) / (_MESH_YAWS[-1] - _MESH_YAWS[-2])  # what lies farther goes on like that


def from_mesh(landmarks: Landmarks) -> HeadPose:
    """Pose from the mesh (478 landmarks, pixels): the normal of the plane through cheeks, forehead and chin."""
    across = _unit(landmarks[_PICTURE_RIGHT] - landmarks[_PICTURE_LEFT])
    down = landmarks[_CHIN] - landmarks[_FOREHEAD]
    down = _unit(down - across * float(down @ across))
    into_head = np.cross(across, down)
    eyes = landmarks[_EYE_PICTURE_RIGHT] - landmarks[_EYE_PICTURE_LEFT]
    return HeadPose(
        yaw=_true_yaw(math.degrees(math.atan2(-into_head[0], into_head[2]))),
        pitch=math.degrees(math.asin(max(-1.0, min(1.0, float(into_head[1]))))),
        roll=math.degrees(math.atan2(eyes[1], eyes[0])),
    )


# Fitted to the mesh's answer on 576 faces where both exist; half of the yaws then lie within 3° of the mesh's and nine
# in ten within 15°, of the pitches within 4° and 11°.
_NOSE_REACH = 1.4  # how far the nose tip stands before the ears, in half ear distances
_LEVEL_NOSE = 0.465  # where the nose tip stands between eyes (0) and mouth (1) when pitch is 0
_PITCH_PER_SHIFT = 118.0  # degrees for a whole eye-to-mouth distance


def from_keypoints(face: Face, *, width: int, height: int) -> HeadPose | None:
    """A coarse pose from the detector's six keypoints, for faces where the mesh finds no hold; None without keypoints.

    ``width`` and ``height`` are the picture's, in pixels.
    """
    if len(face.keypoints) != 6:
        return None
    points = np.array(face.keypoints) * (width, height)
    left_eye, right_eye, nose, mouth, left_ear, right_ear = points  # of the picture
    roll = math.atan2(*(right_eye - left_eye)[::-1])
    upright = np.array([[math.cos(roll), math.sin(roll)], [-math.sin(roll), math.cos(roll)]])
    ears = upright @ (right_ear - left_ear)
    nose_aside = upright @ (nose - (left_ear + right_ear) / 2)
    eyes = (left_eye + right_eye) / 2
    length = float((upright @ (mouth - eyes))[1])
    if length <= 0:
        return None
    shift = float((upright @ (nose - eyes))[1]) / length
    return HeadPose(
        yaw=_true_yaw(math.degrees(math.atan2(nose_aside[0] / _NOSE_REACH, max(float(ears[0]) / 2, 0.0)))),
        pitch=max(-90.0, min(90.0, (_LEVEL_NOSE - shift) * _PITCH_PER_SHIFT)),
        roll=math.degrees(roll),
        source="keypoints",
    )


def _true_yaw(yaw: float) -> float:
    """The turn of a head of which the mesh says ``yaw`` (degrees, either side), at most 90°."""
    size = abs(yaw)
    turned = float(np.interp(size, _MESH_YAWS, _TRUE_YAWS)) + max(0.0, size - _MESH_YAWS[-1]) * _BEYOND
    return math.copysign(min(turned, 90.0), yaw)


def mesh_yaw(yaw: float) -> float:
    """What the mesh's own coordinates said (degrees) where ``yaw`` was measured from them: the table read backwards."""
    size = abs(yaw)
    said = float(np.interp(size, _TRUE_YAWS, _MESH_YAWS)) + max(0.0, size - _TRUE_YAWS[-1]) / _BEYOND
    return math.copysign(said, yaw)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9))
