"""Pictures without a phone that weights so far take for one: shown more often, they are what is left to learn."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from proctoring.analysis.config import analyzer_config
from proctoring.training.augment import Material
from proctoring.training.pictures import Image
from proctoring.vision.phones import PhoneDetector

HARD_SCORE = 0.1  # a small part of what counts as a phone in use: also those that nearly are
TIMES_A_SCORE = 10  # in the list of hard pictures one stands once for each tenth: the surer it is wrong, the oftener
LONGEST = 320  # pixels of the side that is looked at
Say = Callable[[str], None]


def with_hard(material: Material, weights: Path, models_dir: Path, say: Say) -> Material:
    """``material`` with its hard negatives named. Raises :class:`~proctoring.vision.model_files.ModelUnavailable`."""
    config = replace(
        analyzer_config(),
        phone_weights=str(weights),
        phone_size=LONGEST,
        models_dir=str(models_dir),
        phone_int8=False,
        phone_threshold=HARD_SCORE,
    )
    detector = PhoneDetector(config)
    hard = _taken_for_phones(material.people, detector) + _taken_for_phones(material.others, detector)
    every = len(material.people) + len(material.others)
    count = len({id(image) for image in hard})
    say(f"{count} of {every} pictures without a phone are taken for one by {weights.name}; they come more often")
    return replace(material, hard=hard)


def _taken_for_phones(images: Sequence[Image], detector: PhoneDetector) -> list[Image]:
    taken = []
    for image in images:
        found = detector.detect(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8))
        surest = max((one.score for one in found), default=0.0)
        taken.extend([image] * math.floor(surest * TIMES_A_SCORE))
    return taken
