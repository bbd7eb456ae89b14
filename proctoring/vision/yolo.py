"""The phone model's OpenVINO copy: pictures in, boxes in pixels out.

A model is asked directly: Ultralytics, which takes any, spends 1.2 ms a picture on getting there and loads torch. What
it does on the way is done here in the same order.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from proctoring.vision import native
from proctoring.vision.arrays import Rgb

Shape = tuple[int, int]  # height, width
Found = list[list[float]]  # left, top, right, bottom in the picture's pixels, score, class
Answer = NDArray[np.float32]
# Makes rows of left, top, right and bottom on the canvas, score and class, the surest first, from a model's answer and
# the lowest score.
Reader = Callable[[Answer, float], Answer]
_STRIDE = 32  # YOLO's coarsest grid
_RATIOS = ((4, 3), (16, 9), (1, 1), (3, 4), (9, 16))  # width to height: webcams, and tablets held upright
_GREY = 114  # what Ultralytics pads pictures with, in training as well
_SAME_THING = 0.7  # intersection over union above which the less sure of two boxes goes; Ultralytics' own


class Network(Protocol):
    names: dict[int, str]

    def look(self, picture: Rgb) -> Found: ...


def load(folder: Path, size: int, *, threshold: float) -> Network:
    """The model in ``folder``, for pictures whose longer side is made ``size``, warm and held to one thread.

    OpenVINO and Ultralytics raise nearly anything for a damaged copy.
    """
    native.set_up()
    model = native.openvino_core().read_model(str(next(folder.glob("*.xml"))))
    rows = model.output().partial_shape
    if rows[2] == 6:
        return Direct(model, size, threshold, single_boxes)
    if rows[1] == 4 + len(_names(model)):
        return Direct(model, size, threshold, surest_boxes)
    return ThroughUltralytics(folder, size, threshold)


def shapes(size: int) -> list[Shape]:
    """Those in which a model is shown pictures, the usual one first: the longer side in the next step of 32 pixels, the
    other likewise."""
    longer = (_steps(size * min(1, width / height), size * min(1, height / width)) for width, height in _RATIOS)
    return [(height, width) for width, height in longer]


def shape_for(picture: tuple[int, ...], size: int) -> Shape:
    """The one in which a picture (height, width, …) is largest, and of several the smallest."""
    height, width = picture[:2]
    return min(shapes(size), key=lambda shape: (-min(shape[0] / height, shape[1] / width), shape[0] * shape[1]))


def _steps(width: float, height: float) -> tuple[int, int]:
    return math.ceil(width / _STRIDE) * _STRIDE, math.ceil(height / _STRIDE) * _STRIDE


class Letterbox:
    """Places pictures as Ultralytics does: as large as they fit, centred, grey around. One array, used again."""

    def __init__(self, shape: Shape) -> None:
        self._canvas = np.full((1, *shape, 3), _GREY, np.uint8)
        self._size: tuple[int, ...] = ()
        self._left = self._top = self._width = self._height = 0

    def put(self, picture: Rgb) -> NDArray[np.uint8]:
        """The canvas with the picture in it, (1, height, width, 3)."""
        if picture.shape[:2] != self._size:
            self._measure(*picture.shape[:2])
            self._canvas[:] = _GREY
        inside = self._canvas[0, self._top : self._top + self._height, self._left : self._left + self._width]
        inside[:] = cv2.resize(picture, (self._width, self._height), interpolation=cv2.INTER_LINEAR)
        return self._canvas

    def back(self, corners: NDArray[np.float32]) -> NDArray[np.float64]:
        """Left, top, right and bottom on the canvas as those in the picture put last, in its pixels."""
        height, width = self._size
        scale = np.array([width / self._width, height / self._height] * 2)
        moved = (corners - (self._left, self._top, self._left, self._top)) * scale
        return np.asarray(moved.clip(0, (width, height, width, height)))

    def _measure(self, height: int, width: int) -> None:
        room_y, room_x = self._canvas.shape[1:3]
        gain = min(room_y / height, room_x / width)
        self._width, self._height = max(round(width * gain), 1), max(round(height * gain), 1)
        self._left, self._top = round((room_x - self._width) / 2 - 0.1), round((room_y - self._height) / 2 - 0.1)
        self._size = height, width


class Direct:
    """An OpenVINO model that is shown pictures with nothing in between; ``boxes`` reads its answer."""

    def __init__(self, model: Any, size: int, threshold: float, boxes: Reader) -> None:
        import openvino
        from openvino.preprocess import PrePostProcessor

        self.names = _names(model)
        steps = PrePostProcessor(model)
        steps.input().tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
        steps.input().model().set_layout(openvino.Layout("NCHW"))
        steps.input().preprocess().convert_element_type(openvino.Type.f32).scale(255.0)
        self._model = steps.build()
        self._size, self._threshold, self._boxes = size, threshold, boxes
        self._made: dict[Shape, tuple[Any, Letterbox]] = {}
        self.look(np.zeros((*shapes(size)[0], 3), np.uint8))

    def look(self, picture: Rgb) -> Found:
        request, letterbox = self._for(picture.shape)
        request.infer([letterbox.put(picture)], share_inputs=True)
        rows = self._boxes(request.get_output_tensor().data[0], self._threshold)
        return np.hstack([letterbox.back(rows[:, :4]), rows[:, 4:]]).tolist()  # type: ignore[no-any-return]

    def _for(self, picture: tuple[int, ...]) -> tuple[Any, Letterbox]:
        """Made for its shape when the first such picture comes, which takes up to a second."""
        shape = shape_for(picture, self._size)
        if shape not in self._made:
            self._model.reshape([1, *shape, 3])
            compiled = native.openvino_core().compile_model(self._model, "CPU", native.OPENVINO_OPTIONS)
            self._made[shape] = compiled.create_infer_request(), Letterbox(shape)
        return self._made[shape]


def single_boxes(answer: Answer, threshold: float) -> Answer:
    """From an end-to-end model: at most 300 rows, which are what a :data:`Reader` returns."""
    return answer[answer[:, 4] > threshold]


def surest_boxes(answer: Answer, threshold: float) -> Answer:
    """From any other: a column for each cell of its grids with the middle, width and height of a box, and a score for
    each class. Of boxes of one class that overlap the surest is kept."""
    chosen = np.flatnonzero(answer[4:].max(axis=0) > threshold)
    scores, classes = answer[4:, chosen].max(axis=0), answer[4:, chosen].argmax(axis=0)
    middles, sides = answer[:2, chosen].T, answer[2:4, chosen].T
    boxes = np.hstack([middles - sides / 2, sides])
    kept = np.asarray(
        cv2.dnn.NMSBoxesBatched(boxes.tolist(), scores.tolist(), classes.tolist(), threshold, _SAME_THING), np.intp
    )
    corners = np.hstack([boxes[kept, :2], boxes[kept, :2] + boxes[kept, 2:]])
    return np.column_stack([corners, scores[kept], classes[kept]]).astype(np.float32)


def _names(model: Any) -> dict[int, str]:
    labels = str(model.get_rt_info(["model_info", "labels"]).astype(str))
    return dict(enumerate(labels.split()))


class ThroughUltralytics:
    """A detection model that answers in any other way."""

    def __init__(self, folder: Path, size: int, threshold: float) -> None:
        native.set_up(folder.parent)
        import torch

        with native.pillow_kept():
            from ultralytics.models import YOLO
            from ultralytics.models.yolo.detect import DetectionPredictor

        class Predictor(DetectionPredictor):
            """Skips a warm-up that, for models that are not end-to-end, imports torchvision, which a CPU-only torch may
            not be able to import. Ultralytics' own suppression of doubles takes its place."""

            done_warmup = property(lambda self: True, lambda self, value: None)

        torch.set_num_threads(1)
        model: Any = YOLO(str(folder), task="detect")
        self._yolo, self._size = model, size
        self._options: dict[str, Any] = {"rect": False, "device": "cpu", "verbose": False, "save": False}
        shape = shapes(size)[0]
        model.predict(np.zeros((*shape, 3), np.uint8), predictor=Predictor, imgsz=list(shape), **self._options)
        core = native.openvino_core()  # Ultralytics offers no argument for the threads
        model.predictor.model.backend.ov_compiled_model = core.compile_model(
            core.read_model(str(next(folder.glob("*.xml")))), "CPU", native.OPENVINO_OPTIONS
        )
        self._options["conf"] = threshold
        self.names: dict[int, str] = dict(model.names)

    def look(self, picture: Rgb) -> Found:
        shape = shape_for(picture.shape, self._size)
        result = self._yolo.predict(picture[..., ::-1], imgsz=list(shape), **self._options)[0]  # it takes arrays as BGR
        return result.boxes.data.tolist()  # type: ignore[no-any-return]
