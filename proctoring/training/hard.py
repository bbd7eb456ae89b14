"""Pictures without a phone that weights take for one: shown more often, they are what is left to learn.

Some are real; the others are made, as training makes them, and show a drawn wallet or its like in a hand or before
somebody at a camera: of these there are no real pictures to train on.

What any weights so far mistook stays listed. Weights that have learned it no longer name it, and a run that then no
longer shows it forgets it: toasters came back to 0.8 that way.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import reduce
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


@dataclass(frozen=True)
class Listing:
    """How many tenths the surest score of each picture without a phone is, below ``HARD_SCORE`` none; by its place in
    ``[*people, *others]``, and by its number among the made ones."""

    real: list[int]
    made: list[int]

    def surer_of(self, other: Listing) -> Listing:
        """Both: a picture counts with the score of whichever was surer."""
        return Listing(_larger(self.real, other.real), _larger(self.made, other.made))


def with_hard(material: Material, listings: Sequence[Listing], say: Say) -> Material:
    """``material`` with the hard negatives named that any of the listings holds, made ones too."""
    all_of_them = reduce(Listing.surer_of, listings)
    pictures = [*material.people, *material.others]
    real = [image for image, times in zip(pictures, all_of_them.real, strict=True) for _ in range(times)]
    # Once each: what a drawn thing scores highest with is being black and twice as long as wide, as phones are.
    drawn = [_made(material, number)[0] for number, tenths in enumerate(all_of_them.made) if tenths]
    say(
        f"{sum(times > 0 for times in all_of_them.real)} pictures without a phone and {len(drawn)} made with a "
        "look-alike were ever taken for a phone; they come more often"
    )
    return replace(material, hard=real + drawn)


def listed(material: Material, weights: Path, cache: Path, say: Say, *, made: int = MADE) -> Listing:
    """What ``weights`` take for a phone among the pictures without one and among ``made`` others; kept in ``cache``.

    Raises :class:`~proctoring.vision.model_files.ModelUnavailable`.
    """
    pictures = len(material.people) + len(material.others)
    name = hashlib.sha256(weights.read_bytes()).hexdigest()[:12]
    file = cache / f"hard-{name}-{pictures}-{made}.json"
    if not file.exists():
        found = _look(material, weights, cache, made)
        say(f"{sum(times > 0 for times in found.real)} pictures without a phone are taken for one by {weights.name}")
        say(f"So are {sum(times > 0 for times in found.made)} made with a look-alike")
        keep(found, file)
    return read(file)


def keep(listing: Listing, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_suffix(".part")
    scratch.write_text(json.dumps({"real": listing.real, "made": listing.made}))
    scratch.replace(file)


def read(file: Path) -> Listing:
    content = json.loads(file.read_text())
    return Listing(content["real"], content["made"])


def _look(material: Material, weights: Path, models_dir: Path, made: int) -> Listing:
    """By threads, one a core: they share the pictures, and OpenVINO and OpenCV let go of Python meanwhile. Processes
    forked with OpenVINO loaded would wait for ever."""
    config = replace(
        analyzer_config(),
        phone_weights=str(weights),
        phone_size=LONGEST,
        models_dir=str(models_dir),
        phone_int8=False,
        phone_threshold=HARD_SCORE,
    )
    PhoneDetector(config)  # makes the weights' copy once, for all threads
    of_thread = threading.local()

    def ready() -> None:
        of_thread.detector = PhoneDetector(config)

    def tenths(image: Image) -> int:
        found = of_thread.detector.detect(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8))
        return math.floor(max((one.score for one in found), default=0.0) * TIMES_A_SCORE)

    def tenths_of_made(number: int) -> int:
        image, shows_phone = _made(material, number)
        return 0 if shows_phone else tenths(image)

    with ThreadPoolExecutor(os.cpu_count() or 1, initializer=ready) as threads:
        real = list(threads.map(tenths, [*material.people, *material.others]))
        return Listing(real, list(threads.map(tenths_of_made, range(made))))


def _made(material: Material, number: int) -> tuple[Image, bool]:
    """A picture with a look-alike where a phone might be, and whether it shows a phone."""
    image, boxes = make(material, LONGEST, MADE_SEED, number, LOOK_ALIKES)
    return image, bool(len(boxes))


def _larger(first: list[int], second: list[int]) -> list[int]:
    return [max(one, other) for one, other in zip(first, second, strict=True)]
