"""One training picture from one number: what is shown, where in the frame, and how bad the camera is."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from proctoring.training import composites
from proctoring.training.heads import Head, Place, at_ear, before_clothes, is_dark
from proctoring.training.held import Held, paste_held, with_hand
from proctoring.training.objects import Rgba, Rng, draw_distractor, draw_phone
from proctoring.training.pictures import NO_BOXES, Boxes, Image

Affine = npt.NDArray[np.float64]

PADDING = 114  # what Ultralytics pads letterboxed pictures with
HARD_SHARE = 0.5  # of the negatives without people
AT_HEADS = 0.5  # of the composites: at an ear or before clothes; the others anywhere
HELD_TO_EARS = 0.3  # of the phones held up
HELD_CUT_OFF = 0.4  # of the others held up: cut off by the frame, as those held low beside the keyboard are
LEAST_KEPT = 0.25  # of a box inside the frame, below which its label goes
CUT_OFF = 0.2  # of the real pictures of phones: moved so that the frame cuts a phone off


@dataclass(frozen=True)
class Material:
    """Decoded pictures, by use. ``people`` are negatives with somebody at a camera, ``others`` all other negatives;
    ``hard`` those of both that are easily taken for a phone, the easier the oftener, ``held`` phones cut out with the
    hand that holds them, ``heads`` those of ``people`` whose face is found."""

    phones: list[tuple[Image, Boxes]]
    cutouts: list[Rgba]
    people: list[Image]
    others: list[Image]
    hard: list[Image] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    heads: list[Head] = field(default_factory=list)


@dataclass(frozen=True)
class Mixture:
    """Shares of training pictures by how they are made; what is left over are plain pictures of phones."""

    people: float = 0.08
    others: float = 0.17
    composite: float = 0.1
    held: float = 0.15
    swapped: float = 0.08


def make(material: Material, size: int, seed: int, index: int, mixture: Mixture) -> tuple[Image, Boxes]:
    """The training picture number ``index``, square, and its boxes: always the same for the same arguments."""
    rng = np.random.default_rng((seed, index))
    kind = rng.random()
    pasted = mixture.people + mixture.others + mixture.composite + mixture.held
    if kind < mixture.people:
        image, boxes = onto_frame(_any(material.people, rng), NO_BOXES, size, rng, zoom=(0.8, 1.3))
    elif kind < mixture.people + mixture.others:
        chosen = material.hard if material.hard and rng.random() < HARD_SHARE else material.others
        image, boxes = onto_frame(_any(chosen, rng), NO_BOXES, size, rng, zoom=(0.6, 1.4))
    elif kind < pasted:
        hands = kind >= pasted - mixture.held and bool(material.held)
        image, boxes = held_up(material, size, rng) if hands else composite(material, size, rng)
    else:
        image, boxes = real(material, size, rng, swapped=kind < pasted + mixture.swapped)
    if rng.random() < 0.5:
        image, boxes = np.ascontiguousarray(image[:, ::-1]), mirrored(boxes)
    return spoil(image, rng), boxes


def real(material: Material, size: int, rng: Rng, *, swapped: bool) -> tuple[Image, Boxes]:
    """A labelled picture of phones, anywhere and at any size in the frame."""
    image, boxes = material.phones[int(rng.integers(len(material.phones)))]
    if swapped:
        image, boxes = _swapped(material, rng)
    longest = float(np.max(boxes[:, 2:] - boxes[:, :2])) if len(boxes) else 0.5
    wanted = float(np.exp(rng.uniform(np.log(0.1), np.log(0.9))))
    zoom = float(np.clip(wanted / max(longest, 0.05), 0.35, 1.8))
    zoom = zoom if rng.random() < 0.6 else float(rng.uniform(0.8, 1.2))
    backdrop = _any(material.others if rng.random() < 0.5 else material.people, rng) if rng.random() < 0.5 else None
    cut_off = bool(len(boxes)) and rng.random() < CUT_OFF
    if cut_off:
        zoom = max(zoom, 1.0)  # smaller, most of the frame would be backdrop
        backdrop = backdrop if backdrop is not None else _any(material.people, rng)
    return onto_frame(image, boxes, size, rng, zoom=(zoom, zoom), backdrop=backdrop, cut_off=cut_off)


def composite(material: Material, size: int, rng: Rng) -> tuple[Image, Boxes]:
    """A person at a camera (or a room) with a phone, a look-alike, or both pasted in."""
    if material.heads and rng.random() < AT_HEADS:
        return at_head(material, size, rng)
    background = _any(material.people if rng.random() < 0.8 else material.others, rng)
    image, _ = onto_frame(background, NO_BOXES, size, rng, zoom=(0.85, 1.25))
    boxes = [NO_BOXES]
    kind = rng.random()
    if kind < 0.35 or kind > 0.85:
        _paste_somewhere(image, draw_distractor(rng), rng)
    if kind > 0.35:
        for _ in range(1 if rng.random() < 0.85 else 2):
            item = _phone(material, rng)
            boxes.append(_paste_somewhere(image, item, rng, lit=rng.random() < 0.15))
    return image, np.concatenate(boxes)


def at_head(material: Material, size: int, rng: Rng) -> tuple[Image, Boxes]:
    """A person at a camera with a phone at the ear or before the clothes, a look-alike there instead in two of five."""
    head, image, face = _head_in_frame(material, size, rng)
    if not len(face):
        return image, NO_BOXES
    place = at_ear(head, face, size, rng) if rng.random() < 0.5 else before_clothes(face, size, rng)
    phone = rng.random() < 0.6
    dark = is_dark(image, place)
    item = draw_distractor(rng) if not phone else draw_phone(rng) if dark else _phone(material, rng)
    if item.shape[0] < item.shape[1]:
        item = np.ascontiguousarray(np.rot90(item))
    box = _paste_at(image, item, place, rng, in_its_light=not dark)
    return image, box if phone else NO_BOXES


def held_up(material: Material, size: int, rng: Rng) -> tuple[Image, Boxes]:
    """A person at a camera, and a hand that holds up the phone it held, another one, or a look-alike."""
    hand = material.held[int(rng.integers(len(material.held)))]
    cut_off, kind = rng.random() < HELD_CUT_OFF, rng.random()
    phone = kind < 0.62  # with three quarters of those cut off, dark wallets were taken for phones more often
    item = None if kind < 0.4 else _phone(material, rng) if phone else draw_distractor(rng)
    cut, thing = with_hand(hand, item, rng)
    upright = hand.box[3] > hand.box[2]
    if material.heads and upright and rng.random() < HELD_TO_EARS:
        head, image, face = _head_in_frame(material, size, rng)
        if not len(face):
            return image, NO_BOXES
        place = at_ear(head, face, size, rng)
        box = paste_held(image, cut, thing, rng, longest=place.longest, centre=place.centre)
    else:
        background = _any(material.people if rng.random() < 0.85 else material.others, rng)
        if cut_off:
            image = filled(background, size, rng)
        else:
            image, _ = onto_frame(background, NO_BOXES, size, rng, zoom=(0.85, 1.25))
        least, most = (0.25, 0.75) if cut_off else (0.16, 0.6)
        longest = size * float(np.exp(rng.uniform(np.log(least), np.log(most))))
        box = paste_held(image, cut, thing, rng, longest=longest, cut_off=cut_off)
    return image, box if phone else NO_BOXES


def onto_frame(
    image: Image,
    boxes: Boxes,
    size: int,
    rng: Rng,
    *,
    zoom: tuple[float, float],
    backdrop: Image | None = None,
    cut_off: bool = False,
) -> tuple[Image, Boxes]:
    """The picture fitted into a square frame, then zoomed, turned and shifted; boxes follow.

    ``cut_off``: shifted so far that the frame cuts one of the boxes off.
    """
    height, width = image.shape[:2]
    scale = size / max(height, width) * rng.uniform(*zoom)
    squeeze = rng.uniform(0.9, 1.1)
    angle = np.radians(rng.normal(0, 5) if rng.random() < 0.7 else 0)
    matrix = np.array([[np.cos(angle) * squeeze, -np.sin(angle)], [np.sin(angle) * squeeze, np.cos(angle)]]) * scale
    extent = np.abs(matrix) @ (width, height)
    room = np.abs(size - extent) / 2 + 0.08 * size
    centre = size / 2 + rng.uniform(-1, 1, 2) * room * (rng.random() < 0.8)
    shift = centre - matrix @ (width / 2, height / 2)
    if cut_off:
        shift = _shift_over_edge(
            boxes[int(rng.integers(len(boxes)))] * (width, height, width, height), matrix, size, rng
        )
    affine = np.column_stack([matrix, shift])
    frame = np.full((size, size, 3), PADDING, np.uint8)
    if backdrop is not None:
        frame = np.asarray(cv2.resize(backdrop, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
    if scale < 0.6:  # shrink first, or the warp would skip pixels
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        matrix = matrix @ np.diag([width / small.shape[1], height / small.shape[0]])
        image = np.asarray(small, np.uint8)
    warp = np.column_stack([matrix, shift])
    cv2.warpAffine(image, warp, (size, size), dst=frame, borderMode=cv2.BORDER_TRANSPARENT)
    return frame, moved(boxes, affine, (width, height), size)


def filled(image: Image, size: int, rng: Rng) -> Image:
    """A square of the picture that fills the frame: what an edge of the frame cuts off, the picture's edge does."""
    side = round(min(image.shape[:2]) * rng.uniform(0.8, 1.0))
    top, left = (int(rng.integers(length - side + 1)) for length in image.shape[:2])
    square = image[top : top + side, left : left + side]
    shrinks = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square, (size, size), interpolation=shrinks), np.uint8)


def _shift_over_edge(corners: Boxes, matrix: Affine, size: int, rng: Rng) -> Affine:
    """By how much to move what ``matrix`` makes of a picture so that the frame cuts off a box of it, given in pixels
    (left, top, right, bottom)."""
    middle = matrix @ ((corners[:2] + corners[2:]) / 2)
    width, height = (np.abs(matrix) @ (corners[2:] - corners[:2])).tolist()
    return np.asarray(np.asarray(composites.over_edge((width, height), size, rng)) - middle, np.float64)


def moved(boxes: Boxes, affine: object, sides: tuple[int, int], size: int) -> Boxes:
    """Boxes after an affine map from a picture of ``sides`` into the frame; those mostly outside are dropped."""
    if not len(boxes):
        return NO_BOXES
    left, top, right, bottom = (boxes * np.tile(sides, 2)).T
    corners = np.stack([left, top, right, top, right, bottom, left, bottom], 1).reshape(-1, 4, 2)
    matrix = np.asarray(affine)
    corners = corners @ matrix[:, :2].T + matrix[:, 2]
    # A turned box's corners overshoot what it holds: half-way between its corners and its sides' middles fits better.
    middles = (corners + np.roll(corners, 1, 1)) / 2
    low, high = (corners.min(1) + middles.min(1)) / 2, (corners.max(1) + middles.max(1)) / 2
    turned_by = abs(np.arctan2(matrix[1, 0], matrix[0, 0]))
    blend = min(1.0, float(turned_by) / 0.05)
    low = blend * low + (1 - blend) * corners.min(1)
    high = blend * high + (1 - blend) * corners.max(1)
    area = np.prod(high - low, 1)
    low, high = np.clip(low, 0, size), np.clip(high, 0, size)
    kept = (np.prod(high - low, 1) > LEAST_KEPT * area) & ((high - low).min(1) >= 3)
    return np.asarray(np.concatenate([low, high], 1)[kept] / size, np.float32)


def mirrored(boxes: Boxes) -> Boxes:
    return np.stack([1 - boxes[:, 2], boxes[:, 1], 1 - boxes[:, 0], boxes[:, 3]], 1)


def spoil(image: Image, rng: Rng) -> Image:
    """What webcams do: bad light, colour casts, blur, noise, low resolution and JPEG."""
    size = image.shape[0]
    gain, offset = rng.uniform(0.7, 1.3), rng.uniform(-25, 25)
    gamma = float(np.exp(rng.uniform(-0.35, 0.35)))
    if rng.random() < 0.12:  # low light
        gain, gamma = rng.uniform(0.4, 0.9), rng.uniform(1.1, 1.7)
    cast = np.exp(rng.normal(0, 0.06 if rng.random() < 0.85 else 0.25, 3))
    levels = (np.arange(256) / 255.0) ** gamma * 255 * gain + offset
    table = np.clip(levels[:, None] * cast, 0, 255).astype(np.uint8)
    image = np.asarray(cv2.LUT(image, table.reshape(1, 256, 3)), np.uint8)
    if rng.random() < 0.06:
        image = np.asarray(cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR), np.uint8)
    blur = rng.random()
    if blur < 0.12:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, size / 130)), np.uint8)
    elif blur < 0.2:
        image = np.asarray(cv2.filter2D(image, -1, _motion(rng, max(3, size // 30))), np.uint8)
    elif blur < 0.3:
        small = cv2.resize(image, None, fx=(f := rng.uniform(0.45, 0.9)), fy=f, interpolation=cv2.INTER_AREA)
        image = np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_LINEAR), np.uint8)
    if rng.random() < 0.15:
        noise = rng.normal(0, rng.uniform(2, 12), image.shape).astype(np.float32)
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 85))])
        image = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return image


def _head_in_frame(material: Material, size: int, rng: Rng) -> tuple[Head, Image, Boxes]:
    """Somebody at a camera, the frame that shows them, and where their face is in it: nowhere if it was cut off."""
    head = material.heads[int(rng.integers(len(material.heads)))]
    return head, *onto_frame(head.image, head.face, size, rng, zoom=(0.85, 1.25))


def _phone(material: Material, rng: Rng) -> Rgba:
    if not material.cutouts or rng.random() < 0.35:
        return draw_phone(rng)
    return material.cutouts[int(rng.integers(len(material.cutouts)))]


def _paste_somewhere(image: Image, item: Rgba, rng: Rng, *, lit: bool = False) -> Boxes:
    size = image.shape[0]
    longest = size * float(np.exp(rng.uniform(np.log(0.14), np.log(0.6))))
    angle = rng.normal(0, 25) + 90 * rng.integers(0, 4) if rng.random() < 0.8 else rng.uniform(0, 360)
    edgewise = rng.uniform(0.3, 0.7) if rng.random() < 0.12 else rng.uniform(0.85, 1.0)
    spread = 0.62 if rng.random() < composites.PARTLY_OUTSIDE else 0.4
    x, y = ((0.5 + rng.uniform(-spread, spread, 2)) * size).tolist()
    if lit:
        composites.glow(image, (x, y), longest * 0.7, rng)
    return _paste_at(image, item, Place((x, y), longest, float(angle), edgewise), rng, in_its_light=rng.random() < 0.8)


def _paste_at(image: Image, item: Rgba, place: Place, rng: Rng, *, in_its_light: bool) -> Boxes:
    item = composites.turned(item, longest=place.longest, angle=place.angle, squeeze=place.squeeze, rng=rng)
    if in_its_light:
        item = composites.in_light_of(item, image, rng)
    return composites.paste(image, item, place.centre)


def _swapped(material: Material, rng: Rng) -> tuple[Image, Boxes]:
    """A held phone exchanged for a look-alike (no label) or another phone; unchanged when no hand holds it."""
    for _ in range(25):
        image, boxes = material.phones[int(rng.integers(len(material.phones)))]
        if len(boxes) != 1:
            continue
        changed = image.copy()
        phone = rng.random() < 0.4
        item = _phone(material, rng) if phone else draw_distractor(rng)
        box = composites.swap(changed, boxes, composites.in_light_of(item, image, rng), rng)
        if box is not None:
            return changed, box if phone else NO_BOXES
    return image, boxes


def _any(images: list[Image], rng: Rng) -> Image:
    return images[int(rng.integers(len(images)))]


def _motion(rng: Rng, length: int) -> npt.NDArray[np.float32]:
    kernel = np.zeros((length, length), np.float32)
    angle, middle = rng.uniform(0, np.pi), (length - 1) / 2
    for step in np.linspace(-middle, middle, 2 * length):
        kernel[round(middle + step * np.sin(angle)), round(middle + step * np.cos(angle))] = 1
    return np.asarray(kernel / kernel.sum(), np.float32)
