"""Which picture of a clip is this? A snapshot went through Chromium's camera and encoder, so it is the nearest one."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

TINY = (32, 24)
SAME = 4.0  # grey levels of mean difference; pictures of different poses differ by more, an encoder by less


def tiny(jpeg: bytes) -> NDArray[np.float32]:
    with Image.open(io.BytesIO(jpeg)) as image:
        return np.asarray(image.convert("L").resize(TINY, Image.Resampling.BOX), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Match:
    frame: int
    difference: float


def nearest(jpeg: bytes, pictures: Sequence[bytes]) -> Match:
    """The picture with the smallest mean grey difference; fails when none is near enough to be the same."""
    wanted = tiny(jpeg)
    differences = [float(np.abs(tiny(picture) - wanted).mean()) for picture in pictures]
    best = min(range(len(pictures)), key=differences.__getitem__)
    assert differences[best] < SAME, f"The nearest picture differs by {differences[best]:.1f} grey levels."
    return Match(best, differences[best])


def turned_frames(clip: Path) -> set[int]:
    with (clip / "labels.csv").open(newline="") as file:
        return {int(row["frame"]) for row in csv.DictReader(file) if row["turned"] == "1"}
