"""Is a phone in view? Any Ultralytics detection model, run from its OpenVINO copy."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from proctoring.observation import Box, ModelRef
from proctoring.vision import model_files, yolo
from proctoring.vision.arrays import Rgb
from proctoring.vision.config import AnalyzerConfig
from proctoring.vision.model_files import ModelUnavailable

# What data sets call a phone: COCO says "cell phone".
PHONE_NAMES = frozenset({"phone", "cell phone", "cellphone", "mobile phone", "mobile", "smartphone"})

# Of the threshold: where a phone has just been seen, what scores this much is still that phone. `manage.py evaluate
# phones-in-use` has what it brings; from five sixths down to two fifths it brings the same.
FAINT_SHARE = 5 / 6


class PhoneDetector:
    """Loads the model once. Raises :class:`~proctoring.vision.model_files.ModelUnavailable` with the reason."""

    def __init__(self, config: AnalyzerConfig) -> None:
        weights, models_dir = Path(config.phone_weights), Path(config.models_dir)
        folder = model_files.quantised_folder(weights)
        if config.phone_int8 and folder.is_dir():
            self.model: ModelRef = model_files.reference(folder / f"{weights.stem}-int8.bin")
        else:
            self.model = model_files.reference(weights)
            folder = model_files.phone_model(weights=weights, models_dir=models_dir)
        try:
            self._network = yolo.load(folder, config.phone_size, threshold=FAINT_SHARE * config.phone_threshold)
        # OpenVINO and Ultralytics raise nearly anything for a damaged copy; the reason travels on.
        except Exception as error:
            raise ModelUnavailable(
                f"{folder}: OpenVINO cannot load it ({error}); delete it to make it anew."
            ) from error
        self._threshold = config.phone_threshold
        names = self._network.names
        self._classes = phone_classes(names)
        if not self._classes:
            raise ModelUnavailable(f"{weights}: it knows no class called “phone” but {', '.join(names.values())}.")

    def detect(self, picture: Rgb) -> tuple[Box, ...]:
        """Phones in an RGB picture (height, width, 3), surest first; scores are the model's own (0 to 1)."""
        return self.look(picture)[0]

    def look(self, picture: Rgb) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
        """Phones, and what is too faint to be one by itself, down to ``FAINT_SHARE`` of the threshold."""
        height, width = picture.shape[:2]
        boxes = [
            Box(left / width, top / height, (right - left) / width, (bottom - top) / height, min(1.0, score))
            for left, top, right, bottom, score, number in self._network.look(picture)
            if int(number) in self._classes
        ]
        return told_apart(boxes, self._threshold)


def told_apart(boxes: Iterable[Box], threshold: float) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
    """Phones, which score ``threshold`` or more, and what is too faint to be one by itself."""
    seen = tuple(boxes)
    phones = tuple(box for box in seen if box.score >= threshold)
    return phones, tuple(box for box in seen if FAINT_SHARE * threshold <= box.score < threshold)


def phone_classes(names: dict[int, str]) -> list[int]:
    """Which of a model's classes mean a phone: the only one of a one-class model, else those named like one."""
    if len(names) == 1:
        return list(names)
    return [number for number, name in names.items() if name.lower().replace("_", " ").replace("-", " ") in PHONE_NAMES]
