"""Faces by MediaPipe 0.10.21: the only module that knows it.

Presence and number come from the short-range detector (99.3 % of 1,616 faces of seven groups, 1 ms), landmarks of the
candidate's face from FaceMesh's networks (2 ms), which are handed the face that the detector found.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from proctoring.observation import Box, Face, ModelRef
from proctoring.vision import model_files, native
from proctoring.vision.arrays import Landmarks, Rgb
from proctoring.vision.model_files import ModelUnavailable

# Measured by `manage.py evaluate groups` and on the clips. Taken plainly, the detector's first look finds 93 % of 1,778
# portraits that fill their picture, and a face in 11 of 200 garments and tools. With the looks below it is 99.5 %, and
# 0.4 % of 2,700 pictures without anybody (docs/accuracy.md has the groups), while every face of the clips stays, down
# to 0.50 on people far away in a dim room, and a hand before a patterned shirt, a wallet or a phone is never a second
# face. People working in the background need no rule: no face narrower than 0.12 of the picture was ever found.
MIN_SCORE = 0.5  # the detector's own floor: asked for less, it returns the same
SURE_SCORE = 0.84  # one false face of these pictures is surer (0.88)
# Enlarged, true faces score alike whatever the margin, false ones now high, now nothing.
_SECOND_LOOK_MARGINS = (0.5, 0.25, 1.0)  # of the face's larger side, on each side
SURE_SECOND_SCORE = 0.8  # the first enlarged look is enough when it is this sure, as most of true faces are
# Mean of the enlarged looks. At 0.65 there would be half as many false faces again, at 0.72 true ones are lost.
SECOND_LOOK_SCORE = 0.68
# A face that fills the picture is cut off by it, so true ones score less; false ones are rarely so large.
LARGE_FACE = 0.6  # of the picture's width
# The second best of the enlarged looks. An arm before the camera reaches 0.55; from 0.6 on, faces of dark skin that are
# cut off are lost more often than others.
LARGE_FACE_SCORE = 0.57
# The detector overlooks faces that fill what it is shown: one in fourteen portraits. In a black frame it sees them.
_FRAME_MARGINS = (0.25, 0.5)  # of the picture's larger side, on each side
_SAME_FACE_IOU = 0.3
_MESH_MARGIN = 0.5
# MediaPipe's own FaceMesh looks for the face once more, with the same detector, before it measures one: 2 of 6 ms. This
# is the part after that look (face_landmark_front_cpu.binarypb in the wheel).
_MESH_GRAPH = """
input_stream: "image"
input_stream: "roi"
input_side_packet: "with_attention"
output_stream: "landmarks"
node {
  calculator: "FaceLandmarkCpu"
  input_stream: "IMAGE:image"
  input_stream: "ROI:roi"
  input_side_packet: "WITH_ATTENTION:with_attention"
  output_stream: "LANDMARKS:landmarks"
}
"""
_ROI_SIDES = 1.5  # mediapipe/modules/face_landmark/face_detection_front_detection_to_roi.pbtxt
# A NormalizedLandmark in its list as protobuf writes it: two bytes of tag and length, then a byte of tag and the value
# for each of x, y and z. Reading 478 of them one by one takes 0.3 ms.
_LANDMARK = np.dtype({"names": ["x", "y", "z"], "formats": ["<f4"] * 3, "offsets": [3, 8, 13], "itemsize": 17})
_WHOLE = Box(0.0, 0.0, 1.0, 1.0)


class FaceDetector:
    """Finds every face. Raises :class:`~proctoring.vision.model_files.ModelUnavailable` with the reason."""

    def __init__(self) -> None:
        self.model: ModelRef = model_files.reference(_file("face_detection/face_detection_short_range.tflite"))
        self._graph = _solution(
            "face_detection", "FaceDetection", model_selection=0, min_detection_confidence=MIN_SCORE
        )

    def detect(self, picture: Rgb) -> tuple[Face, ...]:
        """All faces in an RGB picture (height, width, 3), the largest first; boxes may reach beyond the picture.

        A face the detector is unsure of is looked at again, enlarged, and dropped unless those looks are surer: hands,
        wallets and printed shirts pass the first look with scores up to 0.88. A picture in which nothing was found is
        looked at again in a black frame, for a face that fills it.
        """
        faces = [face for face in self.look(picture) if self._holds(picture, face)]
        if not faces:
            faces = self._filling(picture)
        return tuple(sorted(_distinct(faces), key=lambda face: _clipped(face.box).area, reverse=True))

    def look(self, picture: Rgb) -> list[Face]:
        """What one plain look finds, the surest first."""
        found = self._graph.process(picture).detections or []
        return [_face(detection) for detection in found]

    def _filling(self, picture: Rgb) -> list[Face]:
        for margin in _FRAME_MARGINS:
            framed, window = cut_out(picture, _WHOLE, margin=margin)
            placed = [_placed(face, window) for face in self.look(framed)]
            faces = [face for face in placed if face.box.width >= LARGE_FACE and self._holds(picture, face)]
            if faces:
                return faces
        return []

    def _holds(self, picture: Rgb, face: Face) -> bool:
        if face.box.score >= SURE_SCORE:
            return True
        first, *others = _SECOND_LOOK_MARGINS
        scores = [self._score_enlarged(picture, face, margin=first)]
        if scores[0] >= SURE_SECOND_SCORE:
            return True
        scores += [self._score_enlarged(picture, face, margin=margin) for margin in others]
        if face.box.width >= LARGE_FACE:
            return sorted(scores)[-2] >= LARGE_FACE_SCORE
        return sum(scores) / len(scores) >= SECOND_LOOK_SCORE

    def _score_enlarged(self, picture: Rgb, face: Face, *, margin: float) -> float:
        """Of the same face in a part of the picture around it; 0 when it is not found there."""
        crop, window = cut_out(picture, face.box, margin=margin)
        again = (look.box for look in self.look(crop) if _centre_lies_in(within(look.box, window), face.box))
        return max((box.score for box in again), default=0.0)


class FaceMesh:
    """478 landmarks of one face. Raises :class:`~proctoring.vision.model_files.ModelUnavailable` with the reason."""

    def __init__(self, detector: FaceDetector) -> None:
        self.model: ModelRef = model_files.reference(_file("face_landmark/face_landmark_with_attention.tflite"))
        self._detector = detector
        self._rect, self._graph = _mesh_graph()
        self._greeted = False

    def landmarks(self, picture: Rgb, face: Face, *, alone: bool) -> Landmarks | None:
        """Landmarks of ``face`` in pixels of the picture, or None when the mesh finds no hold on it.

        The mesh leans on the detector's box. Beside other faces (not ``alone``), and where it found no hold, that is
        taken from an enlarged look. What is found elsewhere than on ``face`` is thrown away.
        """
        seen = inside(face).box
        if alone:
            points = self._measure(picture, face)
            if points is not None and _lies_on(points, seen, picture):
                return points
        crop, window = cut_out(picture, seen, margin=_MESH_MARGIN)
        for again in self._detector.look(crop)[:1]:
            points = self._measure(crop, again)
            if points is not None:
                height, width = picture.shape[:2]
                points += np.array((window.x * width, window.y * height, 0.0))
                return points if _lies_on(points, seen, picture) else None
        return None

    def _measure(self, picture: Rgb, face: Face) -> Landmarks | None:
        height, width = picture.shape[:2]
        with nullcontext() if self._greeted else native.quiet():  # the first face makes MediaPipe greet on stderr
            found = self._graph.process({"image": picture, "roi": self._roi(face, width, height)}).landmarks
        if found is None:
            return None
        self._greeted = True
        coordinates = np.frombuffer(found.SerializeToString(), _LANDMARK)
        points = np.stack([coordinates[axis] for axis in "xyz"], axis=1).astype(np.float64)
        return np.asarray(points * (width, height, width))  # z is scaled like x

    def _roi(self, face: Face, width: int, height: int) -> Any:
        """A square around the box, turned until the eyes are level, as MediaPipe makes it."""
        box = face.box
        (right_x, right_y), (left_x, left_y) = face.keypoints[:2]
        side = max(box.width * width, box.height * height) * _ROI_SIDES
        return self._rect(
            x_center=box.x + box.width / 2,
            y_center=box.y + box.height / 2,
            width=side / width,
            height=side / height,
            rotation=math.atan2((left_y - right_y) * height, (left_x - right_x) * width),
        )


def cut_out(picture: Rgb, box: Box, *, margin: float) -> tuple[Rgb, Box]:
    """A square around ``box``, black where it reaches beyond the picture, and where it lies in the picture.

    ``margin`` in larger sides of the box, on each side. The black border matters: the detector misses faces that fill
    the whole of what it is shown.
    """
    height, width = picture.shape[:2]
    reach = max(1, round(max(box.width * width, box.height * height) * (0.5 + margin)))
    left = round((box.x + box.width / 2) * width) - reach
    top = round((box.y + box.height / 2) * height) - reach
    square = np.zeros((2 * reach, 2 * reach, 3), np.uint8)
    inside = picture[max(0, top) : top + 2 * reach, max(0, left) : left + 2 * reach]
    square[max(0, -top) :, max(0, -left) :][: inside.shape[0], : inside.shape[1]] = inside
    return square, Box(left / width, top / height, 2 * reach / width, 2 * reach / height)


def within(box: Box, window: Box) -> Box:
    """A box found in a part of the picture, in coordinates of the whole."""
    return Box(
        window.x + box.x * window.width,
        window.y + box.y * window.height,
        box.width * window.width,
        box.height * window.height,
        box.score,
    )


def _placed(face: Face, window: Box) -> Face:
    """A face found in a part of the picture, in coordinates of the whole."""
    points = tuple((window.x + x * window.width, window.y + y * window.height) for x, y in face.keypoints)
    return Face(within(face.box, window), points)


def inside(face: Face) -> Face:
    """The face with the part of its box that lies in the picture."""
    return replace(face, box=_clipped(face.box))


def overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0 to 1."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / (one.area + other.area - width * height)


def _distinct(faces: list[Face]) -> list[Face]:
    """One box a face: of two that overlap, the surer."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: face.box.score, reverse=True):
        if all(overlap(face.box, other.box) < _SAME_FACE_IOU for other in kept):
            kept.append(face)
    return kept


def _clipped(box: Box) -> Box:
    """The part of the box inside the picture."""
    left, top = max(0.0, box.x), max(0.0, box.y)
    right, bottom = min(1.0, box.x + box.width), min(1.0, box.y + box.height)
    return Box(left, top, max(0.0, right - left), max(0.0, bottom - top), box.score)


def _centre_lies_in(box: Box, other: Box) -> bool:
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return other.x <= x <= other.x + other.width and other.y <= y <= other.y + other.height


def _lies_on(points: Landmarks, box: Box, picture: Rgb) -> bool:
    height, width = picture.shape[:2]
    x, y = points[:, 0].mean() / width, points[:, 1].mean() / height
    return bool(box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height)


def _face(detection: Any) -> Face:
    place = detection.location_data
    box = place.relative_bounding_box
    return Face(
        Box(box.xmin, box.ymin, box.width, box.height, min(1.0, detection.score[0])),
        tuple((point.x, point.y) for point in place.relative_keypoints),
    )


def _file(name: str) -> Path:
    """A model inside the mediapipe wheel, found without importing it."""
    package = find_spec("mediapipe")
    if package is None or package.origin is None:
        raise ModelUnavailable(f"mediapipe is not installed, and with it {Path(name).name} is missing.")
    return Path(package.origin).parent / "modules" / name


def _solution(module: str, name: str, **options: Any) -> Any:
    """A warm MediaPipe graph: a damaged model shows itself here, not at the first candidate's frame."""
    try:
        graph = getattr(import_module(f"mediapipe.python.solutions.{module}"), name)(**options)
        graph.process(np.zeros((128, 128, 3), np.uint8))
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise _unavailable(name, error) from error
    return graph


def _mesh_graph() -> tuple[Any, Any]:
    """What makes a region of interest, and the warm graph that takes one."""
    try:
        rect = import_module("mediapipe.framework.formats.rect_pb2").NormalizedRect
        base = import_module("mediapipe.python.solution_base").SolutionBase
        graph = base(graph_config=_MESH_GRAPH, side_inputs={"with_attention": True}, outputs=["landmarks"])
        whole = rect(x_center=0.5, y_center=0.5, width=1.0, height=1.0)
        graph.process({"image": np.zeros((128, 128, 3), np.uint8), "roi": whole})
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        raise _unavailable("FaceMesh", error) from error
    return rect, graph


def _unavailable(name: str, error: Exception) -> ModelUnavailable:
    return ModelUnavailable(f"MediaPipe cannot load {name} ({' '.join(str(error).split())[:200]}).")
