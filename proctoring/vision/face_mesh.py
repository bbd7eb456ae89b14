"""Landmarks of the candidate's face by MediaPipe 0.10.21: the only module that runs it.

FaceMesh's networks (2 ms) are handed the face that the detector found; these need MediaPipe, since the one with irises
holds operations of its own.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from importlib import import_module
from typing import Any

import numpy as np

from proctoring.observation import Box, Face, ModelRef
from proctoring.vision import model_files, native
from proctoring.vision.arrays import Landmarks, Rgb
from proctoring.vision.face_network import Window
from proctoring.vision.faces import FaceDetector, around, inside
from proctoring.vision.model_files import ModelUnavailable, in_mediapipe

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


class FaceMesh:
    """478 landmarks of one face. Raises :class:`~proctoring.vision.model_files.ModelUnavailable` with the reason."""

    def __init__(self, detector: FaceDetector) -> None:
        self.model: ModelRef = model_files.reference(in_mediapipe("face_landmark/face_landmark_with_attention.tflite"))
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
        window = around(picture, seen, margin=_MESH_MARGIN)
        crop = cut_out(picture, window)
        for again in self._detector.look(crop)[:1]:
            points = self._measure(crop, again)
            if points is not None:
                points += np.array((window.left, window.top, 0.0))
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


def cut_out(picture: Rgb, window: Window) -> Rgb:
    """What lies in a window of whole pixels, black where that reaches beyond the picture."""
    left, top, side = int(window.left), int(window.top), int(window.side)
    square = np.zeros((side, side, 3), np.uint8)
    seen = picture[max(0, top) : max(0, top + side), max(0, left) : max(0, left + side)]
    square[max(0, -top) :, max(0, -left) :][: seen.shape[0], : seen.shape[1]] = seen
    return square


def _lies_on(points: Landmarks, box: Box, picture: Rgb) -> bool:
    height, width = picture.shape[:2]
    x, y = points[:, 0].mean() / width, points[:, 1].mean() / height
    return bool(box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height)


def _mesh_graph() -> tuple[Any, Any]:
    """What makes a region of interest, and the warm graph that takes one."""
    try:
        rect = import_module("mediapipe.framework.formats.rect_pb2").NormalizedRect
        base = import_module("mediapipe.python.solution_base").SolutionBase
        graph = base(graph_config=_MESH_GRAPH, side_inputs={"with_attention": True}, outputs=["landmarks"])
        whole = rect(x_center=0.5, y_center=0.5, width=1.0, height=1.0)
        graph.process({"image": np.zeros((128, 128, 3), np.uint8), "roi": whole})
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        raise ModelUnavailable(f"MediaPipe cannot load FaceMesh ({said}).") from error
    return rect, graph
