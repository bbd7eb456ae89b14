"""MediaPipe's two face detection networks, asked directly: a picture and a window of it in, faces out.

Their files come in the mediapipe wheel. What MediaPipe's graphs do around them is done here in the same way, at less
cost: a square of the picture sampled bilinearly, anchors, and weighted suppression of doubles.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from proctoring.observation import Box, Face
from proctoring.vision import native
from proctoring.vision.arrays import Rgb

Numbers = NDArray[np.float64]
_SAME_FACE_IOU = 0.3  # min_suppression_threshold of both graphs (face_detection_*.pbtxt in the wheel)
_KEYPOINTS = 6


@dataclass(frozen=True, slots=True)
class Model:
    """A network of the wheel: its file, the side of the square it sees, and (cells a side, anchors a cell) of each of
    its grids: ``SsdAnchorsCalculatorOptions`` of face_detection_{short,full}_range.pbtxt."""

    file: str
    side: int
    grids: tuple[tuple[int, int], ...]


SHORT_RANGE = Model("face_detection/face_detection_short_range.tflite", 128, ((16, 2), (8, 6)))
FULL_RANGE = Model("face_detection/face_detection_full_range_sparse.tflite", 192, ((48, 1),))


@dataclass(frozen=True, slots=True)
class Window:
    """A square of a picture in its pixels; what of it lies outside is black."""

    left: float
    top: float
    side: float


class FaceNetwork:
    """One network, warm and held to one thread; for one thread of one process."""

    def __init__(self, path: Path, model: Model) -> None:
        """OpenVINO raises RuntimeError for a file that is missing or damaged."""
        import openvino
        from openvino.preprocess import PrePostProcessor

        steps = PrePostProcessor(native.openvino_core().read_model(str(path)))
        steps.input().tensor().set_element_type(openvino.Type.u8)
        steps.input().preprocess().convert_element_type(openvino.Type.f32).mean(127.5).scale(127.5)  # -1 to 1
        self._request: Any = (
            native.openvino_core().compile_model(steps.build(), "CPU", native.OPENVINO_OPTIONS).create_infer_request()
        )
        self._side = model.side
        self._anchors = _anchors(model.grids)
        self._canvas = np.zeros((1, model.side, model.side, 3), np.uint8)
        self._boxes, self._scores = self._request.get_output_tensor(0), self._request.get_output_tensor(1)
        self.look(self._canvas[0], Window(0, 0, model.side), least=0.5)

    def look(self, picture: Rgb, window: Window, *, least: float) -> list[Face]:
        """The faces in a window of an RGB picture (height, width, 3), the surest first; ``least``: the lowest score.

        Boxes and keypoints are relative to the picture, and may reach beyond it.
        """
        height, width = picture.shape[:2]
        scale = self._side / window.side
        sampled = np.array([[scale, 0, -window.left * scale], [0, scale, -window.top * scale]])
        cv2.warpAffine(picture, sampled, (self._side, self._side), dst=self._canvas[0], flags=cv2.INTER_LINEAR)
        self._request.infer([self._canvas], share_inputs=True)
        raw = self._scores.data[0, :, 0]
        rows = np.flatnonzero(raw >= _logit(least))
        if not len(rows):
            return []
        scores = 1 / (1 + np.exp(-raw[rows].astype(np.float64)))
        places = _decoded(self._boxes.data[0, rows].astype(np.float64) / self._side, self._anchors[rows])
        places *= window.side
        places[:, 0::2] = (places[:, 0::2] + window.left) / width
        places[:, 1::2] = (places[:, 1::2] + window.top) / height
        return [_face(place, score) for place, score in _distinct(places, scores)]


def whole(picture: Rgb) -> Window:
    """The smallest square around a picture."""
    height, width = picture.shape[:2]
    side = max(height, width)
    return Window((width - side) / 2, (height - side) / 2, side)


def _anchors(grids: tuple[tuple[int, int], ...]) -> Numbers:
    """The middle of each anchor (n, 2), as shares of the square."""
    every = []
    for cells, anchors in grids:
        middles = (np.arange(cells) + 0.5) / cells
        y, x = np.meshgrid(middles, middles, indexing="ij")
        every.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), anchors, axis=0))
    return np.concatenate(every)


def _decoded(raw: Numbers, anchors: Numbers) -> Numbers:
    """(n, 16): left, top, right, bottom and six keypoints. All but the sides are relative to their anchor."""
    middles, halves = raw[:, :2] + anchors, raw[:, 2:4] / 2
    points = raw[:, 4:].reshape(-1, _KEYPOINTS, 2) + anchors[:, None]
    return np.concatenate([middles - halves, middles + halves, points.reshape(-1, 2 * _KEYPOINTS)], axis=1)


def _distinct(places: Numbers, scores: Numbers) -> list[tuple[Numbers, float]]:
    """Of boxes that overlap, the mean weighted by their scores, with the best of these (``WEIGHTED`` in the graph)."""
    left = np.argsort(-scores, kind="stable")
    found = []
    while len(left):
        overlaps = _overlaps(places[left[0]], places[left])
        same = left[overlaps > _SAME_FACE_IOU]
        if len(same):
            found.append((np.average(places[same], axis=0, weights=scores[same]), float(scores[left[0]])))
        left = (
            left[overlaps <= _SAME_FACE_IOU] if len(same) else left[1:]
        )  # a box without an area overlaps not even itself
    return found


def _overlaps(one: Numbers, others: Numbers) -> Numbers:
    """Intersection over union of a box with each of the others."""
    sides = np.minimum(one[2:4], others[:, 2:4]) - np.maximum(one[:2], others[:, :2])
    shared = np.prod(sides.clip(0), axis=1)
    areas = np.prod(others[:, 2:4] - others[:, :2], axis=1)
    joined = np.prod(one[2:4] - one[:2]) + areas - shared
    return np.asarray(np.divide(shared, joined, out=np.zeros_like(shared), where=joined > 0))


def _face(place: Numbers, score: float) -> Face:
    left, top, right, bottom = place[:4].tolist()
    points = place[4:].reshape(_KEYPOINTS, 2).tolist()
    return Face(Box(left, top, right - left, bottom - top, min(1.0, score)), tuple((x, y) for x, y in points))


def _logit(score: float) -> float:
    return float(np.log(score / (1 - score)))
