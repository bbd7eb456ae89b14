"""Phones cut out of their pictures by their boxes, to be pasted elsewhere."""

from __future__ import annotations

import cv2
import numpy as np

from proctoring.training.objects import Mask, Rgba
from proctoring.training.pictures import Boxes, Image

LONGEST = 128
LEAST_SIDE = 24
LEAST_FILLED, MOST_FILLED = 0.45, 0.995  # shares of the box a believable outline fills


def cut_out(image: Image, boxes: Boxes) -> list[Rgba]:
    """The phones of a picture whose outline GrabCut finds, at most ``LONGEST`` pixels long, edges softened."""
    height, width = image.shape[:2]
    found: list[Rgba] = []
    for left, top, right, bottom in np.rint(boxes * (width, height, width, height)).astype(int):
        if min(right - left, bottom - top) < LEAST_SIDE or left < 3 or top < 3 or right > width - 3:
            continue
        margin = max(4, (right - left + bottom - top) // 12)
        x, y = max(left - margin, 0), max(top - margin, 0)
        part = image[y : bottom + margin, x : right + margin]
        scale = min(1.0, LONGEST / max(part.shape[:2]))
        part = np.asarray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        box = [int(v * scale) for v in (left - x, top - y, right - left, bottom - top)]
        mask = outline(part, (box[0], box[1], box[2], box[3]))
        if mask is not None:
            found.append(_tight(np.dstack([part, mask])))
    return found


def outline(part: Image, box: tuple[int, int, int, int]) -> Mask | None:
    """What GrabCut takes for the object in ``box`` (left, top, width, height); None when that is not believable."""
    labels = np.zeros(part.shape[:2], np.uint8)
    cv2.setRNGSeed(0)
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    try:
        cv2.grabCut(part, labels, box, background, foreground, 2, cv2.GC_INIT_WITH_RECT)
    except cv2.error:  # a picture of one colour has nothing to tell apart
        return None
    mask = np.where((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD), 255, 0).astype(np.uint8)
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
    filled = (mask > 0).sum() / max(box[2] * box[3], 1)
    if not LEAST_FILLED < filled < MOST_FILLED:
        return None
    rows, columns = np.where(mask)
    if np.ptp(rows) < 0.85 * box[3] or np.ptp(columns) < 0.85 * box[2]:
        return None
    return np.asarray(cv2.GaussianBlur(mask, (3, 3), 0), np.uint8)


def _tight(cut: Rgba) -> Rgba:
    rows, columns = np.where(cut[..., 3] > 0)
    return np.ascontiguousarray(cut[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])
