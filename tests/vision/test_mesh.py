"""The mesh measures the face the detector found, as MediaPipe's own FaceMesh would, without looking for it again."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

from proctoring.vision.analyzer import Analyzer
from proctoring.vision.arrays import Landmarks, Rgb
from proctoring.vision.face_mesh import FaceMesh
from proctoring.vision.faces import FaceDetector
from proctoring.vision.frame import decode
from tests.data import clip_frames


@pytest.fixture(scope="module")
def detector(analyzer: Analyzer) -> FaceDetector:
    """After the analyzer, which sets the libraries up."""
    return FaceDetector()


@pytest.fixture(scope="module")
def mesh(detector: FaceDetector) -> FaceMesh:
    return FaceMesh(detector)


def solution(picture: Rgb) -> Landmarks:
    options = {"static_image_mode": True, "max_num_faces": 1, "refine_landmarks": True}
    with import_module("mediapipe.python.solutions.face_mesh").FaceMesh(**options) as graph:
        (found,) = graph.process(picture).multi_face_landmarks
    height, width = picture.shape[:2]
    return np.array([(point.x * width, point.y * height, point.z * width) for point in found.landmark])


@pytest.mark.parametrize(("clip", "number"), [("head_turns", 0), ("head_turns", 60), ("eyes_center_left_center", 60)])
def test_landmarks_are_those_of_mediapipes_own_solution(
    detector: FaceDetector, mesh: FaceMesh, clip: str, number: int
) -> None:
    picture = decode(clip_frames(clip)[number].read_bytes())
    (face,) = detector.detect(picture)
    landmarks = mesh.landmarks(picture, face, alone=True)
    assert landmarks is not None
    assert np.abs(landmarks - solution(picture)).max() < 0.05  # pixels


def test_of_two_people_each_is_measured(detector: FaceDetector, mesh: FaceMesh) -> None:
    picture = decode(clip_frames("two_people")[0].read_bytes())
    height, width = picture.shape[:2]
    faces = detector.detect(picture)
    assert len(faces) == 2
    for face in faces:
        landmarks = mesh.landmarks(picture, face, alone=False)
        assert landmarks is not None
        x, y = landmarks[:, :2].mean(axis=0) / (width, height)
        assert face.box.x < x < face.box.x + face.box.width
        assert face.box.y < y < face.box.y + face.box.height
