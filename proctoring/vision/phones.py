"""Is a phone in view? Any Ultralytics detection model, run from its OpenVINO copy through ``ultralytics.YOLO``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from proctoring.observation import Box, ModelRef
from proctoring.vision import model_files, native
from proctoring.vision.arrays import Rgb
from proctoring.vision.config import AnalyzerConfig
from proctoring.vision.model_files import ModelUnavailable

# What data sets call a phone: COCO says "cell phone".
PHONE_NAMES = frozenset({"phone", "cell phone", "cellphone", "mobile phone", "mobile", "smartphone"})


class PhoneDetector:
    """Loads the model once. Raises :class:`~proctoring.vision.model_files.ModelUnavailable` with the reason."""

    def __init__(self, config: AnalyzerConfig) -> None:
        weights, models_dir = Path(config.phone_weights), Path(config.models_dir)
        self.model: ModelRef = model_files.reference(weights)
        folder = model_files.phone_model(weights=weights, size=config.phone_size, models_dir=models_dir)
        self._threshold = config.phone_threshold
        self._shape = list(model_files.input_shape(config.phone_size))
        try:
            self._yolo, names = _load(folder, self._shape)
        # OpenVINO and Ultralytics raise nearly anything for a damaged copy; the reason travels on.
        except Exception as error:
            raise ModelUnavailable(
                f"{folder}: OpenVINO cannot load it ({error}); delete it to make it anew."
            ) from error
        self._classes = phone_classes(names)
        if not self._classes:
            raise ModelUnavailable(f"{weights}: it knows no class called “phone” but {', '.join(names.values())}.")

    def detect(self, picture: Rgb) -> tuple[Box, ...]:
        """Phones in an RGB picture (height, width, 3), surest first, with the model's scores."""
        result = self._yolo.predict(
            picture[..., ::-1],  # Ultralytics takes arrays as BGR
            imgsz=self._shape,
            conf=self._threshold,
            classes=self._classes,
            device="cpu",
            verbose=False,
            save=False,
        )[0]
        height, width = picture.shape[:2]
        return tuple(
            Box(left / width, top / height, (right - left) / width, (bottom - top) / height, score)
            for left, top, right, bottom, score, _ in result.boxes.data.tolist()
        )


def phone_classes(names: dict[int, str]) -> list[int]:
    """Which of a model's classes mean a phone: the only one of a one-class model, else those named like one."""
    if len(names) == 1:
        return list(names)
    return [number for number, name in names.items() if name.lower().replace("_", " ").replace("-", " ") in PHONE_NAMES]


def _load(folder: Path, shape: list[int]) -> tuple[Any, dict[int, str]]:
    """The model, warm, and its class names; OpenVINO held to one thread, which Ultralytics offers no argument for."""
    native.set_up(folder.parent)
    import numpy as np
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
    black = np.zeros((*shape, 3), np.uint8)
    model.predict(black, imgsz=shape, device="cpu", verbose=False, save=False, predictor=Predictor)
    backend = model.predictor.model.backend
    core = openvino.Core()
    backend.ov_compiled_model = core.compile_model(
        core.read_model(str(next(folder.glob("*.xml")))),
        "CPU",
        {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": 1},
    )
    return model, dict(model.names)
