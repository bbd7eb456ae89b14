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
SAME = 1.0  # mean difference in grey levels; through Chromium it is 0.6 to 0.8, the next picture lies 0.9 and more away
CONTRAST = 50.0


def tiny(jpeg: bytes) -> NDArray[np.float32]:
    """Grey, with mean 0 and one contrast for all: Chromium takes an .mjpeg file's full range of grey levels for the
    limited one of video and stretches it by 15 %."""
    with Image.open(io.BytesIO(jpeg)) as image:
        grey = np.asarray(image.convert("L").resize(TINY, Image.Resampling.BOX), dtype=np.float32)
    spread = float(grey.std()) or 1.0
    normal: NDArray[np.float32] = ((grey - grey.mean()) * (CONTRAST / spread)).astype(np.float32)
    return normal


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
