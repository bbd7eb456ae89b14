"""The phone model's OpenVINO copy: pictures in, boxes in pixels out.

An end-to-end model's answer needs nothing but a threshold, so it is asked directly: Ultralytics, which takes any model,
spends 1.2 ms a picture on getting there and loads torch. What it does on the way is done here in the same order.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from proctoring.vision import native
from proctoring.vision.arrays import Rgb

Found = list[list[float]]  # left, top, right, bottom in the picture's pixels, score, class
_GREY = 114  # what Ultralytics pads pictures with, in training as well


class Network(Protocol):
    names: dict[int, str]

    def look(self, picture: Rgb) -> Found: ...


def load(folder: Path, shape: tuple[int, int], *, threshold: float) -> Network:
    """The model in ``folder``, made for pictures of ``shape`` (height, width), warm and held to one thread.

    OpenVINO and Ultralytics raise nearly anything for a damaged copy.
    """
    native.set_up(folder.parent)
    import openvino

    model = openvino.Core().read_model(str(next(folder.glob("*.xml"))))
    if [int(size) for size in model.output().shape][2:] == [6]:
        return EndToEnd(model, shape, threshold)
    return ThroughUltralytics(folder, shape, threshold)


class Letterbox:
    """Places pictures as Ultralytics does: as large as they fit, centred, grey around. One array, used again."""

    def __init__(self, shape: tuple[int, int]) -> None:
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


class EndToEnd:
    """Answers with at most 300 rows of left, top, right, bottom, score and class, the surest first."""

    def __init__(self, model: Any, shape: tuple[int, int], threshold: float) -> None:
        import openvino
        from openvino.preprocess import PrePostProcessor

        labels = str(model.get_rt_info(["model_info", "labels"]).astype(str))
        self.names = dict(enumerate(labels.split()))
        steps = PrePostProcessor(model)
        steps.input().tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
        steps.input().model().set_layout(openvino.Layout("NCHW"))
        steps.input().preprocess().convert_element_type(openvino.Type.f32).scale(255.0)
        self._request = (
            openvino.Core().compile_model(steps.build(), "CPU", native.OPENVINO_OPTIONS).create_infer_request()
        )
        self._letterbox = Letterbox(shape)
        self._threshold = threshold
        self.look(np.zeros((*shape, 3), np.uint8))

    def look(self, picture: Rgb) -> Found:
        self._request.infer([self._letterbox.put(picture)], share_inputs=True)
        rows: NDArray[np.float32] = self._request.get_output_tensor().data[0]
        rows = rows[rows[:, 4] > self._threshold]
        return np.hstack([self._letterbox.back(rows[:, :4]), rows[:, 4:]]).tolist()  # type: ignore[no-any-return]


class ThroughUltralytics:
    """Any other detection model: Ultralytics suppresses the doubles."""

    def __init__(self, folder: Path, shape: tuple[int, int], threshold: float) -> None:
        import openvino
        import torch
        from ultralytics.models import YOLO
        from ultralytics.models.yolo.detect import DetectionPredictor

        class Predictor(DetectionPredictor):
            """Skips a warm-up that, for models that are not end-to-end, imports torchvision, which a CPU-only torch may
            not be able to import. Ultralytics' own suppression of doubles takes its place."""

            done_warmup = property(lambda self: True, lambda self, value: None)

        torch.set_num_threads(1)
        model: Any = YOLO(str(folder), task="detect")
        self._yolo = model
        self._options: dict[str, Any] = {"imgsz": list(shape), "device": "cpu", "verbose": False, "save": False}
        black = np.zeros((*shape, 3), np.uint8)
        model.predict(black, predictor=Predictor, **self._options)
        core = openvino.Core()  # Ultralytics offers no argument for the threads
        model.predictor.model.backend.ov_compiled_model = core.compile_model(
            core.read_model(str(next(folder.glob("*.xml")))), "CPU", native.OPENVINO_OPTIONS
        )
        self._options["conf"] = threshold
        self.names: dict[int, str] = dict(model.names)

    def look(self, picture: Rgb) -> Found:
        result = self._yolo.predict(picture[..., ::-1], **self._options)[0]  # it takes arrays as BGR
        return result.boxes.data.tolist()  # type: ignore[no-any-return]
