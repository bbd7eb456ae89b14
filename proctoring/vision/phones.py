"""Is a phone in view? Any Ultralytics detection model, run from its OpenVINO copy.

What the first look takes for a phone is looked at again, enlarged, and its score is the mean of both: windows, books
and wallets that pass the first look seldom pass the second as well (docs/phones.md has the figures).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from proctoring.observation import Box, ModelRef
from proctoring.vision import model_files, yolo
from proctoring.vision.arrays import Rgb
from proctoring.vision.config import AnalyzerConfig
from proctoring.vision.model_files import ModelUnavailable

# What data sets call a phone: COCO says "cell phone".
PHONE_NAMES = frozenset({"phone", "cell phone", "cellphone", "mobile phone", "mobile", "smartphone"})

LEAST = 0.005  # of the network's scores that is read at all: what a second look is unsure of counts as what it is
# A first look less sure than this is not worth a second: half of it stands. Of 548 pictures of rooms, things and people
# at webcams phone-v2 looks at 39 twice.
SUSPECTED = 0.2
MOST_SECOND_LOOKS = 2  # at the surest; more things that look like phones make no picture dearer
# How much is shown enlarged, in longer sides of the box. Of 573 phones, with phone-v2, 269, 229 and 241 are found with
# 1.3, 1.6 and 2.0 where 3 of 548 other pictures are called one, 246 by one look alone; with phone-v1, where only wider
# ones were tried, 307, 282 and 257 with 1.6, 2.2 and 3.0.
_ENLARGED_SIDES = 1.3
_SAME_THING = 0.3  # intersection over union of the first look's box and the second's


class PhoneDetector:
    """Loads the model once. Raises :class:`~proctoring.vision.model_files.ModelUnavailable` with the reason."""

    def __init__(self, config: AnalyzerConfig) -> None:
        weights, models_dir = Path(config.phone_weights), Path(config.models_dir)
        folder = model_files.quantised_folder(weights=weights, size=config.phone_size)
        if config.phone_int8 and folder.is_dir():
            self.model: ModelRef = model_files.reference(folder / f"{weights.stem}-int8.bin")
        else:
            self.model = model_files.reference(weights)
            folder = model_files.phone_model(weights=weights, size=config.phone_size, models_dir=models_dir)
        shape = model_files.input_shape(config.phone_size)
        try:
            self._network = yolo.load(folder, shape, threshold=LEAST)
        # OpenVINO and Ultralytics raise nearly anything for a damaged copy; the reason travels on.
        except Exception as error:
            raise ModelUnavailable(
                f"{folder}: OpenVINO cannot load it ({error}); delete it to make it anew."
            ) from error
        self._threshold = config.phone_threshold
        self._shape = shape
        names = self._network.names
        self._classes = phone_classes(names)
        if not self._classes:
            raise ModelUnavailable(f"{weights}: it knows no class called “phone” but {', '.join(names.values())}.")

    def detect(self, picture: Rgb) -> tuple[Box, ...]:
        """Phones in an RGB picture (height, width, 3), surest first; scores are means of two looks (0 to 1)."""
        seen = self.look(picture)
        doubted = [box for box in seen if box.score >= SUSPECTED][:MOST_SECOND_LOOKS]
        judged = [self._second_look(picture, box) for box in doubted]
        unsuspected = (box for box in seen[len(doubted) :] if box.score / 2 >= self._threshold)
        judged += [replace(box, score=box.score / 2) for box in unsuspected]
        kept = [box for box in judged if box.score >= self._threshold]
        return tuple(sorted(kept, key=lambda box: box.score, reverse=True))

    def look(self, picture: Rgb) -> list[Box]:
        """What one plain look takes for phones, surest first, with the model's own scores."""
        height, width = picture.shape[:2]
        return [
            Box(left / width, top / height, (right - left) / width, (bottom - top) / height, min(1.0, score))
            for left, top, right, bottom, score, number in self._network.look(picture)
            if int(number) in self._classes
        ]

    def _second_look(self, picture: Rgb, box: Box) -> Box:
        """The same box with the mean of its score and of the best one found at its place in what lies around it."""
        left, top, right, bottom = self._around(picture, box)
        height, width = picture.shape[:2]
        again = [
            Box(
                (left + one.x * (right - left)) / width,
                (top + one.y * (bottom - top)) / height,
                one.width * (right - left) / width,
                one.height * (bottom - top) / height,
                one.score,
            )
            for one in self.look(np.ascontiguousarray(picture[top:bottom, left:right]))
        ]
        best = max((one.score for one in again if one.overlap(box) > _SAME_THING), default=0.0)
        return replace(box, score=(box.score + best) / 2)

    def _around(self, picture: Rgb, box: Box) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of what is shown enlarged: as broad for its height as what the model sees, but
        for what the picture's edges cut off."""
        height, width = picture.shape[:2]
        shape = self._shape[1] / self._shape[0]
        across = _ENLARGED_SIDES * max(box.width * width, box.height * height * shape)
        x, y = (box.x + box.width / 2) * width, (box.y + box.height / 2) * height
        left, right = max(0, round(x - across / 2)), min(width, round(x + across / 2))
        top, bottom = max(0, round(y - across / shape / 2)), min(height, round(y + across / shape / 2))
        left, top = min(left, width - 1), min(top, height - 1)  # never nothing at all
        return left, top, max(right, left + 1), max(bottom, top + 1)


def phone_classes(names: dict[int, str]) -> list[int]:
    """Which of a model's classes mean a phone: the only one of a one-class model, else those named like one."""
    if len(names) == 1:
        return list(names)
    return [number for number, name in names.items() if name.lower().replace("_", " ").replace("-", " ") in PHONE_NAMES]
