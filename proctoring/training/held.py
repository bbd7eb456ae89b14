"""Hands that hold a phone, cut out together with it, to be held up before people at webcams.

A pasted phone alone floats; what a camera sees of a candidate's phone is mostly fingers. The same hands are shown with
another phone and with a wallet in them, so that the hand does not tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from proctoring.training import composites
from proctoring.training.cutouts import outline
from proctoring.training.objects import Mask, Rgba, Rng
from proctoring.training.pictures import NO_BOXES, Boxes, Image

REACH = 0.7  # of the phone's longer side: how much of the hand and arm comes along, on each side
LEAST_SIDE = 32  # pixels of a phone worth cutting out
MOST_HAND = 2.5  # times the box: more skin than that is a face too


@dataclass(frozen=True, eq=False)
class Held:
    """What lies around a held phone (BGR), and how opaque its hand and it are; ``box`` is the phone's, in pixels."""

    part: Image
    hand: Mask
    phone: Mask
    box: tuple[int, int, int, int]


def cut_held(image: Image, boxes: Boxes) -> Held | None:
    """The one phone of a picture with the hand that holds it; None when there is no hand or no believable outline."""
    height, width = image.shape[:2]
    if len(boxes) != 1:
        return None
    left, top, right, bottom = (int(v) for v in np.rint(boxes[0] * (width, height, width, height)))
    if min(right - left, bottom - top) < LEAST_SIDE:
        return None
    hand = composites.hand_mask(image, (left, top, right, bottom))
    if hand is None:
        return None
    reach = round(REACH * max(right - left, bottom - top))
    x, y = max(left - reach, 0), max(top - reach, 0)
    window = (slice(y, bottom + reach), slice(x, right + reach))
    part, hand = image[window], hand[window]
    if (hand > composites.OPAQUE).sum() > MOST_HAND * (right - left) * (bottom - top):
        return None
    box = (left - x, top - y, right - left, bottom - top)
    phone = outline(part, box)
    if phone is None:
        return None
    hand = np.asarray(cv2.morphologyEx(hand, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)
    return Held(part.copy(), hand, phone, box)


def with_hand(held: Held, item: Rgba | None, rng: Rng) -> tuple[Rgba, Mask]:
    """The hand with its phone, or with ``item`` in the phone's place; and how opaque that thing alone is."""
    left, top, width, height = held.box
    part, thing = held.part.copy(), held.phone
    if item is not None:
        placed = composites.fitted(item, (width, height), rng)
        centre = (left + width / 2, top + height / 2)
        marked = np.zeros_like(part)
        white = np.dstack([np.full_like(placed[..., :3], 255), placed[..., 3]])
        composites.paste(part, placed, centre, keep=held.hand)
        composites.paste(marked, white, centre)
        thing = np.ascontiguousarray(marked[..., 0])
    return np.dstack([part, np.maximum(thing, held.hand)]), thing


def paste_held(
    image: Image,
    cut: Rgba,
    thing: Mask,
    rng: Rng,
    *,
    longest: float,
    centre: tuple[float, float] | None = None,
    cut_off: bool = False,
) -> Boxes:
    """Puts a hand and its thing into ``image`` in place, the thing ``longest`` pixels long, its middle at ``centre`` in
    pixels, where the frame cuts it off, or anywhere; one box around the thing, or none when too little of it is
    inside."""
    size = image.shape[0]
    rows, columns = np.where(thing > composites.OPAQUE)
    if not len(rows):
        return NO_BOXES
    scale = float(longest / max(np.ptp(rows) + 1, np.ptp(columns) + 1))
    # What reaches in from an edge is held at any slant.
    angle = rng.normal(0, 40 if cut_off else 15)
    middle = ((columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2)
    spread = 0.55 if rng.random() < composites.PARTLY_OUTSIDE else 0.36
    to = np.asarray(centre) if centre else (0.5 + rng.uniform(-spread, spread, 2)) * size
    if cut_off:
        sides = (float(np.ptp(columns) + 1) * scale, float(np.ptp(rows) + 1) * scale)
        to = np.asarray(composites.over_edge(sides, size, rng))
    matrix = np.asarray(cv2.getRotationMatrix2D(middle, float(angle), scale), np.float64)
    matrix[:, 2] += to - middle
    if scale < 0.6:  # shrink first, or the warp would skip pixels
        small = cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        matrix[:, :2] = matrix[:, :2] @ np.diag([cut.shape[1] / small.shape[1], cut.shape[0] / small.shape[0]])
        thing = np.asarray(cv2.resize(thing, small.shape[1::-1], interpolation=cv2.INTER_AREA), np.uint8)
        cut = np.asarray(small, np.uint8)
    frame = np.asarray(cv2.warpAffine(cut, matrix, (size, size)), np.uint8)
    inside = cv2.warpAffine(thing, matrix, (size, size)) > composites.OPAQUE
    if inside.sum() < composites.LEAST_SEEN * len(rows) * scale**2:
        return NO_BOXES
    frame = composites.in_light_of(frame, image, rng) if rng.random() < 0.5 else frame
    share = frame[..., 3:].astype(np.float32) / 255
    image[:] = (image + (frame[..., :3].astype(np.float32) - image) * share).astype(np.uint8)
    rows, columns = np.where(inside)
    return np.array([[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]], np.float32) / size


def all_held(pictures: Iterable[tuple[Image, Boxes]]) -> list[Held]:
    """Every phone of the pictures that can be cut out with its hand."""
    found = (cut_held(image, boxes) for image, boxes in pictures)
    return [held for held in found if held is not None]
