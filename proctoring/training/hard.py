"""Pictures without a phone that weights so far take for one: shown more often, they are what is left to learn.

Some are real; the others are made, as training makes them, and show a drawn wallet or its like in a hand or before
somebody at a camera: of these there are no real pictures to train on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from proctoring.analysis.config import analyzer_config
from proctoring.training.augment import Material, Mixture, make
from proctoring.training.pictures import Image
from proctoring.vision.phones import PhoneDetector

HARD_SCORE = 0.1  # a small part of what counts as a phone in use: also those that nearly are
TIMES_A_SCORE = 10  # in the list of hard pictures a real one stands once for each tenth: the surer, the oftener
LONGEST = 320  # pixels of the side that is looked at
MADE = 2_000  # pictures made to look for mistaken look-alikes; two of five show one and no phone
MADE_SEED = 1_000_003  # far from the seeds that runs are given, so that these are none of the pictures of a run
LOOK_ALIKES = Mixture(people=0, others=0, composite=0.35, held=0.65, swapped=0)
Say = Callable[[str], None]


def with_hard(material: Material, weights: Path, models_dir: Path, say: Say, *, made: int = MADE) -> Material:
    """``material`` with its hard negatives named, those found among ``made`` pictures too.

    Raises :class:`~proctoring.vision.model_files.ModelUnavailable`.
    """
    config = replace(
        analyzer_config(),
        phone_weights=str(weights),
        phone_size=LONGEST,
        models_dir=str(models_dir),
        phone_int8=False,
        phone_threshold=HARD_SCORE,
    )
    detector = PhoneDetector(config)
    real = _taken_for_phones([*material.people, *material.others], detector)
    say(f"{len(real)} pictures without a phone are taken for one by {weights.name}; they come more often")
    # Once each: what a drawn thing scores highest with is being black and twice as long as wide, as phones are.
    drawn = [image for image, _ in _taken_for_phones(_look_alikes(material, made), detector)]
    say(f"So are {len(drawn)} made with a look-alike; they come more often too")
    return replace(material, hard=[image for image, times in real for _ in range(times)] + drawn)


def _look_alikes(material: Material, count: int) -> Iterator[Image]:
    """Made pictures that show a look-alike where a phone might be, and no phone."""
    pictures = (make(material, LONGEST, MADE_SEED, index, LOOK_ALIKES) for index in range(count))
    return (image for image, boxes in pictures if not len(boxes))


def _taken_for_phones(images: Iterable[Image], detector: PhoneDetector) -> list[tuple[Image, int]]:
    """Those that are, and how many tenths their surest score is."""
    taken = []
    for image in images:
        found = detector.detect(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8))
        tenths = math.floor(max((one.score for one in found), default=0.0) * TIMES_A_SCORE)
        if tenths:
            taken.append((image, tenths))
    return taken
