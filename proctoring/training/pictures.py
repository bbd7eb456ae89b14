"""Pictures and YOLO boxes from the data folder, decoded once and kept in memory."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]  # (height, width, 3), BGR
Boxes = npt.NDArray[np.float32]  # (n, 4): left, top, right, bottom as shares of the picture's sides
NO_BOXES: Boxes = np.zeros((0, 4), np.float32)


class DataMissing(FileNotFoundError):
    """A folder or file of training material is not where it should be; the message names it."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One labelled picture. ``group`` joins near duplicates; ``source`` is the collection it came from."""

    path: Path
    source: str
    group: str
    boxes: Boxes = field(default_factory=lambda: NO_BOXES)

    @property
    def name(self) -> str:
        return self.path.stem

    def read(self) -> Image:
        """The pixels. Raises :class:`DataMissing` when the file is absent or no picture."""
        image = cv2.imread(str(self.path))
        if image is None:
            raise DataMissing(f"{self.path}: missing, or not a picture OpenCV can read.")
        return np.asarray(image, np.uint8)


def read_boxes(path: Path) -> Boxes:
    """YOLO text (``class cx cy w h``) as corners; only class 0 is a phone, and no file means a picture without."""
    if not path.exists():
        return NO_BOXES
    lines = (line.split() for line in path.read_text().splitlines() if line.strip())
    rows = [[float(word) for word in line[1:5]] for line in lines if int(line[0]) == 0]
    if not rows:
        return NO_BOXES
    cx, cy, w, h = np.asarray(rows, np.float32).T
    corners = np.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], 1)
    return np.asarray(np.clip(corners, 0, 1), np.float32)


def phone_pictures(data: Path) -> list[Picture]:
    """Every picture of ``phones/index.csv`` with its boxes, in the file's order."""
    index = data / "phones" / "index.csv"
    if not index.is_file():
        raise DataMissing(f"{index}: missing. Name the data folder with --data.")
    with index.open(newline="") as file:
        return [
            Picture(
                path=data / "phones" / "images" / f"{row['name']}.jpg",
                source=row["source"],
                group=row["group"],
                boxes=read_boxes(data / "phones" / "labels" / f"{row['name']}.txt"),
            )
            for row in csv.DictReader(file)
        ]


def negative_pictures(data: Path) -> list[Picture]:
    """Every picture below ``negatives/``; the folder is its source, the file its own group."""
    folder = data / "negatives"
    if not folder.is_dir():
        raise DataMissing(f"{folder}: missing. Name the data folder with --data.")
    return [Picture(path=path, source=path.parent.name, group=path.stem) for path in sorted(folder.glob("*/*.jpg"))]
