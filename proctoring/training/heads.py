"""Where people at cameras have their heads: phones are pasted at their ears and before their clothes.

What a camera sees of a phone at the ear is mostly its edge, upright, its lower end towards the mouth; of a dark phone
before dark clothes, hardly its outline. Pasted anywhere, things seldom come to lie like that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from proctoring.training.objects import Rng
from proctoring.training.pictures import Boxes, Image
from proctoring.vision.faces import FaceDetector

NOSE, EARS = 2, (4, 5)  # of the face detector's six points
LEAST_FACE = 0.1  # of the picture's width; on smaller ones a phone at the ear is a few pixels
# A face's box reaches from the brows to the chin, some 15 cm, which is how long a phone is.
PHONE_LENGTH = (0.8, 1.25)  # of the box's height
DARK = 70  # mean brightness of clothes on which a dark phone hardly shows


@dataclass(frozen=True, eq=False)
class Head:
    """A picture and the largest face in it: its box (1, 4), relative to the picture, and its nose and two ears, each
    as shares of the box's sides."""

    image: Image
    face: Boxes
    nose: tuple[float, float]
    ears: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Place:
    """Where a thing goes: its middle and its length in pixels, by how many degrees it is turned, and how much of its
    width is seen."""

    centre: tuple[float, float]
    longest: float
    angle: float
    squeeze: float


def find_heads(images: Iterable[Image]) -> list[Head]:
    """The pictures in which a face is large enough. Raises :class:`~proctoring.vision.model_files.ModelUnavailable`."""
    detector = FaceDetector()
    heads = (_head(image, detector) for image in images)
    return [head for head in heads if head is not None]


def _head(image: Image, detector: FaceDetector) -> Head | None:
    faces = detector.detect(np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8), far=False)
    if not faces or faces[0].box.width < LEAST_FACE:
        return None
    box = faces[0].box
    face = np.array([[box.x, box.y, box.x + box.width, box.y + box.height]], np.float32)

    def within(point: int) -> tuple[float, float]:
        x, y = faces[0].keypoints[point]
        return (x - box.x) / box.width, (y - box.y) / box.height

    return Head(image, face, within(NOSE), (within(EARS[0]), within(EARS[1])))


def at_ear(head: Head, face: Boxes, size: int, rng: Rng) -> Place:
    """At one of the ears, on the side that is turned to the camera if the head is; ``face`` is where the frame of
    ``size`` pixels a side has it now."""
    left, top, right, bottom = (face[0] * size).tolist()
    width, height = right - left, bottom - top
    distances = [ear[0] - head.nose[0] for ear in head.ears]
    near = int(abs(distances[1]) > abs(distances[0]))
    turned = abs(abs(distances[1]) - abs(distances[0])) > 0.4
    chosen = near if turned or rng.random() < 0.5 else 1 - near
    ear, side = head.ears[chosen], 1.0 if distances[chosen] > 0 else -1.0
    x = left + width * (ear[0] + side * rng.uniform(0, 0.18))
    y = top + height * (ear[1] + rng.uniform(0.05, 0.3))
    tilt = side * rng.uniform(-8, 40)  # its lower end goes to the mouth: clockwise at the right of the picture
    seen = rng.uniform(0.75, 1.0) if turned else rng.uniform(0.3, 0.8)
    return Place((x, y), height * rng.uniform(*PHONE_LENGTH), tilt, seen)


def before_clothes(face: Boxes, size: int, rng: Rng) -> Place:
    """Below the chin, where clothes are."""
    left, top, right, bottom = (face[0] * size).tolist()
    width, height = right - left, bottom - top
    x = (left + right) / 2 + width * rng.uniform(-1, 1)
    y = bottom + height * rng.uniform(0.4, 1.5)
    longest = height * rng.uniform(*PHONE_LENGTH) * rng.uniform(1, 1.4)  # held before the body, it is nearer
    return Place((x, y), longest, float(rng.normal(0, 25) + 90 * rng.integers(0, 4)), rng.uniform(0.8, 1.0))


def is_dark(image: Image, place: Place) -> bool:
    """Whether what lies around a place is so dark that a dark phone hardly shows."""
    x, y, reach = round(place.centre[0]), round(place.centre[1]), round(place.longest / 2)
    around = image[max(y - reach, 0) : max(y + reach, 0), max(x - reach, 0) : max(x + reach, 0)]
    return bool(around.size) and float(around.mean()) < DARK
