"""Pictures made from pictures: phones and look-alikes pasted onto people, and held phones swapped for other things."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from proctoring.training.objects import Rgba, Rng
from proctoring.training.pictures import NO_BOXES, Boxes, Image

OPAQUE = 128
LEAST_SEEN = 0.3  # of a phone's area inside the frame; less of it carries no label and is not pasted
PARTLY_OUTSIDE = 0.45  # of the things pasted: so near the edge of the frame that it may cut them off
AT_CORNERS = 0.35  # of the things the frame cuts off: by two of its edges
SEEN_AT_EDGES, SEEN_AT_CORNERS = (0.33, 0.86), (0.55, 0.92)  # of a side of the thing
# Skin in YCrCb after Chai & Ngan, "Face segmentation using skin-color map in videophone applications" (1999).
SKIN_LOW, SKIN_HIGH = np.array([0, 133, 77], np.uint8), np.array([255, 173, 127], np.uint8)


def over_edge(sides: tuple[float, float], size: int, rng: Rng) -> tuple[float, float]:
    """Where in a square frame the middle of a thing of these sides (width, height) lies, in pixels, when the frame's
    edge, or two of them, cut it off."""
    to = size * rng.uniform(0.1, 0.9, 2)
    first = int(rng.random() < 0.4)  # the sides of a frame cut things off more often than its top and bottom
    corner = rng.random() < AT_CORNERS
    for axis in (0, 1) if corner else (first,):
        inwards = (rng.uniform(*SEEN_AT_CORNERS if corner else SEEN_AT_EDGES) - 0.5) * sides[axis]
        outer = rng.random() < (0.75 if axis else 0.5)  # a hand comes from below more often than from above
        to[axis] = size - inwards if outer else inwards
    return float(to[0]), float(to[1])


def turned(item: Rgba, *, longest: float, angle: float, squeeze: float, rng: Rng) -> Rgba:
    """The item ``longest`` pixels long, turned by ``angle`` degrees, its width times ``squeeze``, tilted a little."""
    height, width = item.shape[:2]
    scale = longest / max(height, width)
    w, h = width * scale * squeeze, height * scale
    corners = np.array([[-w, -h], [w, -h], [w, h], [-w, h]]) / 2
    corners *= 1 + rng.uniform(-0.06, 0.06, (4, 1))
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    corners = corners @ np.array([[cosine, sine], [-sine, cosine]])
    corners -= corners.min(0) - 1
    size = np.ceil(corners.max(0)).astype(int) + 2
    if max(width, height) > 2.5 * longest:  # shrink first, or the warp would skip pixels
        item = np.asarray(cv2.resize(item, None, fx=2 * scale, fy=2 * scale, interpolation=cv2.INTER_AREA), np.uint8)
        height, width = item.shape[:2]
    ends = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(ends, corners.astype(np.float32))
    return np.asarray(cv2.warpPerspective(item, matrix, (int(size[0]), int(size[1]))), np.uint8)


def paste(image: Image, item: Rgba, centre: tuple[float, float], *, keep: Image | None = None) -> Boxes:
    """Puts the item into ``image`` in place, its middle at ``centre`` in pixels; ``keep`` (a mask) stays on top.

    Returns one box around what of the item is inside the frame, or none when that is too little to be recognised.
    """
    height, width = image.shape[:2]
    left, top = round(centre[0] - item.shape[1] / 2), round(centre[1] - item.shape[0] / 2)
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + item.shape[1], width), min(top + item.shape[0], height)
    if x0 >= x1 or y0 >= y1:
        return NO_BOXES
    part = item[y0 - top : y1 - top, x0 - left : x1 - left]
    alpha = part[..., 3]
    if (alpha > OPAQUE).sum() < LEAST_SEEN * max((item[..., 3] > OPAQUE).sum(), 1):
        return NO_BOXES
    rows, columns = np.where(alpha > OPAQUE)
    shares = alpha.astype(np.float32)[..., None] / 255
    if keep is not None:
        shares = shares * (1 - keep[y0:y1, x0:x1].astype(np.float32)[..., None] / 255)
    under = image[y0:y1, x0:x1]
    image[y0:y1, x0:x1] = (under + (part[..., :3].astype(np.float32) - under) * shares).astype(np.uint8)
    ends = np.array([[x0 + columns.min(), y0 + rows.min(), x0 + columns.max() + 1, y0 + rows.max() + 1]], np.float32)
    return np.asarray(ends / (width, height, width, height), np.float32)


def in_light_of(item: Rgba, image: Image, rng: Rng) -> Rgba:
    """The item somewhat nearer the brightness of the picture it goes into; at times a light phone made dark."""
    colours = item[..., :3].astype(np.float32)
    if rng.random() < 0.3:
        colours *= rng.uniform(0.1, 0.5)
    wanted, has = float(image.mean()), float(colours.mean())
    if has > wanted:
        colours *= (max(wanted, 20) / has) ** rng.uniform(0, 0.8)
    return np.dstack([np.clip(colours, 0, 255).astype(np.uint8), item[..., 3]])


def glow(image: Image, centre: tuple[float, float], radius: float, rng: Rng) -> None:
    """Light of a bright screen on what is near it, in place."""
    height, width = image.shape[:2]
    y, x = np.ogrid[:height, :width]
    light = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * radius**2)) * rng.uniform(20, 80)
    tint = np.array([1.0, 0.95, 0.85]) if rng.random() < 0.7 else rng.uniform(0.5, 1, 3)
    image[:] = np.clip(image + light[..., None] * tint, 0, 255).astype(np.uint8)


def skin_mask(part: Image) -> npt.NDArray[np.uint8]:
    """255 where a pixel has the colour of skin, with specks taken out and edges softened."""
    mask = cv2.inRange(cv2.cvtColor(part, cv2.COLOR_BGR2YCrCb), SKIN_LOW, SKIN_HIGH)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.GaussianBlur(mask, (3, 3), 0), np.uint8)


def swap(image: Image, box: Boxes, item: Rgba, rng: Rng) -> Boxes | None:
    """Covers the one held phone of a picture by ``item``, the fingers left on top, in place.

    ``box`` is (1, 4). Returns the new box, or None (picture untouched) where no hand is seen to hold the phone: so
    that everything swapped in is held, phone or not.
    """
    height, width = image.shape[:2]
    left, top, right, bottom = (box[0] * (width, height, width, height)).tolist()
    w, h = right - left, bottom - top
    fingers = hand_mask(image, (left, top, right, bottom))
    if fingers is None:
        return None
    item = fitted(item, (w, h), rng)
    return paste(image, item, ((left + right) / 2, (top + bottom) / 2), keep=fingers)


def fitted(item: Rgba, sides: tuple[float, float], rng: Rng) -> Rgba:
    """The item so large and so turned that it covers a phone whose box has these sides (width, height)."""
    w, h = sides
    long, short = max(item.shape[:2]), min(item.shape[:2])
    upright = (item.shape[0] >= item.shape[1]) == (h >= w)
    item = item if upright else np.ascontiguousarray(np.rot90(item))
    longest = 1.04 * max(w, h, min(w, h) * long / short)
    return turned(item, longest=longest, angle=rng.uniform(-6, 6), squeeze=1.0, rng=rng)


def hand_mask(image: Image, box: tuple[float, float, float, float]) -> npt.NDArray[np.uint8] | None:
    """The mask of a hand that reaches into the box from outside; None where there is none, or all is skin-coloured."""
    height, width = image.shape[:2]
    left, top, right, bottom = box
    margin = (right - left + bottom - top) / 8
    skin = skin_mask(image)
    x0, y0, x1, y1 = int(left), int(top), int(right) + 1, int(bottom) + 1
    around = skin[max(int(y0 - margin), 0) : int(y1 + margin), max(int(x0 - margin), 0) : int(x1 + margin)]
    middle_w, middle_h = (x1 - x0) // 4, (y1 - y0) // 4
    middle = skin[y0 + middle_h : y1 - middle_h, x0 + middle_w : x1 - middle_w]
    if not middle.size or (middle > OPAQUE).mean() > 0.25 or not 0.06 < (around > OPAQUE).mean() < 0.45:
        return None
    _, labels, stats, _ = cv2.connectedComponentsWithStats((skin > OPAQUE).astype(np.uint8))
    hand = np.zeros((height, width), bool)
    for number in range(1, len(stats)):
        x, y, w, h, area = stats[number]
        reaches_out = x < x0 - margin / 2 or y < y0 - margin / 2 or x + w > x1 + margin / 2 or y + h > y1 + margin / 2
        inside = (labels[y0:y1, x0:x1] == number).sum()
        if reaches_out and inside > 0.03 * (x1 - x0) * (y1 - y0) and area < 0.4 * height * width:
            hand |= labels == number
    if not hand.any():
        return None
    return np.where(hand, skin, 0).astype(np.uint8)
