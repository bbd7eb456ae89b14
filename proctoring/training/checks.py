"""Pictures that would teach the wrong thing: boxes their uploader brightened, near duplicates of the test clips."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from proctoring.training.pictures import Boxes, Image

Grey = npt.NDArray[np.float32]
# Set by looking at contact sheets of detect-phone-vevzb: a box its uploader brightened or darkened shows as a step of
# one sign along its border, while what is in the picture goes on across the border.
LEAST_STEP = 5.0  # grey levels, median along a side
SAME_SIGN = 0.85  # share of a side's pixels that step the same way
SAME_CONTENT = 0.8  # correlation of the lines of pixels just inside and just outside
LEAST_TEXTURE = 2.0  # grey levels; a flatter line tells nothing about what goes on
SLACK = range(-2, 3)  # pixels: boxes were rounded when the pictures were made smaller
HASH_SIDE = 9


def has_brightened_box(image: Image, boxes: Boxes) -> bool:
    """True when a box is visible in the pixels themselves: a step of one sign on nearly all of its border."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    height, width = grey.shape
    return any(_is_stepped(grey, np.rint(box * (width, height, width, height)).astype(int)) for box in boxes)


def _is_stepped(grey: Grey, box: npt.NDArray[np.int64]) -> bool:
    signs = [sign for sign in (_side(grey, box, side) for side in range(4)) if sign is not None]
    return len(signs) >= 3 and max(signs.count(1), signs.count(-1)) >= max(3, len(signs) - 1)


def _side(grey: Grey, box: npt.NDArray[np.int64], side: int) -> int | None:
    """1 or -1: lighter or darker inside this side (left, top, right, bottom); 0: no such step; None: cannot tell."""
    if side % 2:
        grey, box = grey.T, box[[1, 0, 3, 2]]
    left, top, right, bottom = box
    edge, inward = (left, 1) if side < 2 else (right - 1, -1)
    rows = slice(max(top + 4, 0), max(bottom - 4, 1))
    found: int | None = None
    for shift in SLACK:
        outer, inner = edge + (shift - 2) * inward, edge + (shift + 2) * inward
        if not (0 <= outer < grey.shape[1] and 0 <= inner < grey.shape[1]) or bottom - top < 18:
            continue
        found = found or 0
        inside, outside = grey[rows, inner], grey[rows, outer]
        step = inside - outside
        sign = 1 if np.median(step) > 0 else -1
        if (
            abs(np.median(step)) > LEAST_STEP
            and (step * sign > 0).mean() > SAME_SIGN
            and min(inside.std(), outside.std()) > LEAST_TEXTURE
            and np.corrcoef(inside, outside)[0, 1] > SAME_CONTENT
        ):
            return sign
    return found


def read_small(path: Path) -> Image | None:
    """A picture at a quarter of its size, which is enough for its fingerprint and takes a fifth of the time; None
    where the file is missing or no picture."""
    image = cv2.imread(str(path), cv2.IMREAD_REDUCED_COLOR_4)
    return None if image is None else np.asarray(image, np.uint8)


def fingerprint(image: Image) -> npt.NDArray[np.float32]:
    """The picture as a tiny grey vector of mean 0 and length 1; near duplicates have a dot product near 1."""
    small = cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (HASH_SIDE, HASH_SIDE), interpolation=cv2.INTER_AREA)
    vector = small.astype(np.float32).ravel()
    vector -= vector.mean()
    return vector / max(float(np.linalg.norm(vector)), 1e-6)


def likeness(image: Image, others: npt.NDArray[np.float32]) -> float:
    """How like the most similar of ``others`` (fingerprints, one a row) a picture is, mirrored or not: -1 to 1."""
    return float(max((others @ fingerprint(image)).max(), (others @ fingerprint(np.fliplr(image))).max()))
