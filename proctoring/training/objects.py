"""Things to hold up to a webcam, drawn: dark phones, and wallets, cases and cards that are easily taken for one."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Rgba = npt.NDArray[np.uint8]  # (height, width, 4): BGR and how opaque
Mask = npt.NDArray[np.uint8]
Rng = np.random.Generator
SHORT_SIDE = 96


def draw_phone(rng: Rng) -> Rgba:
    """A mostly dark phone, front (screen off or glowing) or back (lenses): about twice as long as wide."""
    size = (SHORT_SIDE, round(SHORT_SIDE * rng.uniform(1.8, 2.25)))
    mask = _rounded(size, rng.uniform(0.10, 0.2))
    body = _plain(size, _dark(rng), rng)
    if rng.random() < 0.55:
        _draw_lenses(body, rng)
    else:
        _draw_screen(body, rng)
    rim = cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    body[rim] = np.clip(body[rim].astype(np.int16) + int(rng.integers(-15, 60)), 0, 255)
    return np.dstack([_shine(body, rng), mask])


def draw_distractor(rng: Rng) -> Rgba:
    """A wallet mostly; else an earbud case, a card, a notebook or a remote control: never a label for it."""
    kind = rng.random()
    if kind < 0.62:
        return _draw_wallet(rng)
    if kind < 0.77:
        return _draw_case(rng)
    return _draw_slab(rng)


def _draw_wallet(rng: Rng) -> Rgba:
    size = (round(SHORT_SIDE * rng.uniform(1.1, 1.5)), SHORT_SIDE)
    mask = _rounded(size, rng.uniform(0.03, 0.12))
    tone = rng.random()
    colour = _dark(rng) if tone < 0.55 else _brown(rng) if tone < 0.85 else rng.integers(20, 150, 3)
    body = _leather(size, colour, rng)
    width, height = size
    light = np.clip(np.asarray(colour, np.float64) + rng.uniform(15, 50), 0, 255).tolist()
    if rng.random() < 0.6:  # a seam along the border
        inset = int(rng.integers(4, 8))
        for x in range(inset, width - inset, 5):
            cv2.line(body, (x, inset), (x + 2, inset), light, 1)
            cv2.line(body, (x, height - inset), (x + 2, height - inset), light, 1)
    if rng.random() < 0.4:  # the fold
        y = int(rng.integers(2, 10)) if rng.random() < 0.5 else height // 2
        cv2.line(body, (0, y), (width, y), [c * 0.5 for c in light], int(rng.integers(1, 3)))
    if rng.random() < 0.35:  # an embossed mark, or several
        for _ in range(int(rng.integers(1, 5))):
            x, y = int(rng.integers(10, width - 25)), int(rng.integers(15, height - 15))
            cv2.line(body, (x, y), (x + int(rng.integers(5, 20)), y + int(rng.integers(-8, 8))), light, 1)
    if rng.random() < 0.25:  # a snap fastener
        centre = (int(rng.integers(12, width - 12)), int(rng.integers(height // 2, height - 10)))
        cv2.circle(body, centre, int(rng.integers(4, 7)), [180.0, 185.0, 190.0], -1)
    if rng.random() < 0.3:  # open a little: the edge of a second leaf
        cv2.rectangle(body, (0, 0), (width, int(rng.integers(4, 10))), [c * 0.7 for c in light], -1)
    body = _shine(body, rng, most=25)
    return np.dstack([body, _bent(mask, rng)])


def _draw_case(rng: Rng) -> Rgba:
    size = (round(SHORT_SIDE * rng.uniform(1.0, 1.4)), SHORT_SIDE)
    colour = rng.integers(190, 250, 1).repeat(3) if rng.random() < 0.7 else _dark(rng)
    body = _plain(size, colour, rng)
    y = int(size[1] * rng.uniform(0.25, 0.45))
    cv2.line(body, (0, y), (size[0], y), [float(c) * 0.75 for c in colour], 1)
    return np.dstack([_shine(body, rng), _rounded(size, rng.uniform(0.3, 0.5))])


def _draw_slab(rng: Rng) -> Rgba:
    long = rng.uniform(1.2, 1.6) if rng.random() < 0.75 else rng.uniform(3.0, 4.5)  # card or book; remote control
    size = (round(SHORT_SIDE * long), SHORT_SIDE)
    body = _plain(size, rng.integers(10, 250, 3), rng)
    for _ in range(int(rng.integers(0, 6))):
        x, y = int(rng.integers(0, size[0] - 10)), int(rng.integers(4, SHORT_SIDE - 4))
        end = (x + int(rng.integers(8, 60)), y + int(rng.integers(1, 10)))
        cv2.rectangle(body, (x, y), end, rng.integers(0, 255, 3).tolist(), -1)
    return np.dstack([_shine(body, rng), _rounded(size, rng.uniform(0, 0.08))])


def _draw_lenses(body: npt.NDArray[np.uint8], rng: Rng) -> None:
    width = body.shape[1]
    count = int(rng.integers(1, 5))
    radius = int(width * rng.uniform(0.06, 0.11))
    x, y = int(width * rng.uniform(0.16, 0.3)), int(width * rng.uniform(0.16, 0.28))
    step = int(radius * rng.uniform(2.3, 3))
    places = [(x, y + i * step) for i in range(min(count, 3))]
    if rng.random() < 0.5:
        places = [(x + (i % 2) * step, y + (i // 2) * step) for i in range(count)]
    if rng.random() < 0.6:
        island = [int(c) for c in np.clip(body[2, 2].astype(int) + rng.integers(-25, 40), 0, 255)]
        corner = (max(px for px, _ in places) + radius + 4, max(py for _, py in places) + radius + 4)
        cv2.rectangle(body, (x - radius - 4, y - radius - 4), corner, island, -1)
    for place in places:
        cv2.circle(body, place, radius, [int(rng.integers(5, 30))] * 3, -1)
        cv2.circle(body, place, radius, [int(rng.integers(60, 190))] * 3, 1)
        cv2.circle(body, (place[0] - 1, place[1] - 1), max(radius // 3, 1), [int(rng.integers(40, 130))] * 3, -1)


def _draw_screen(body: npt.NDArray[np.uint8], rng: Rng) -> None:
    height, width = body.shape[:2]
    edge = int(rng.integers(3, 8))
    if rng.random() < 0.6:  # off: black and glossy
        body[edge : height - edge, edge : width - edge] = rng.integers(3, 35)
        return
    colours = rng.integers(60, 256, (int(rng.integers(2, 7)), int(rng.integers(1, 4)), 3)).astype(np.uint8)
    how = cv2.INTER_LINEAR if rng.random() < 0.5 else cv2.INTER_NEAREST
    body[edge : height - edge, edge : width - edge] = cv2.resize(
        colours, (width - 2 * edge, height - 2 * edge), interpolation=how
    )


def _dark(rng: Rng) -> npt.NDArray[np.int64]:
    base = rng.integers(8, 60)
    tint = rng.integers(-4, 5, 3) if rng.random() < 0.7 else rng.integers(-8, 20, 3)
    return np.clip(base + tint, 3, 110)


def _brown(rng: Rng) -> npt.NDArray[np.int64]:
    red = rng.integers(25, 120)
    return np.clip([red * rng.uniform(0.3, 0.65), red * rng.uniform(0.5, 0.75), red], 3, 120).astype(np.int64)


def _rounded(size: tuple[int, int], share: float) -> Mask:
    width, height = size
    radius = max(1, int(min(size) * share))
    mask = np.zeros((height, width), np.uint8)
    cv2.rectangle(mask, (radius, 0), (width - 1 - radius, height - 1), 255, -1)
    cv2.rectangle(mask, (0, radius), (width - 1, height - 1 - radius), 255, -1)
    for x in (radius, width - 1 - radius):
        for y in (radius, height - 1 - radius):
            cv2.circle(mask, (x, y), radius, (255,), -1)
    return mask


def _bent(mask: Mask, rng: Rng) -> Mask:
    """Worn leather is not quite straight."""
    height, width = mask.shape
    bow = rng.uniform(0, 3) * np.sin(np.linspace(0, np.pi * rng.uniform(0.5, 2), width))
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.asarray(cv2.remap(mask, x, (y + bow).astype(np.float32), cv2.INTER_LINEAR), np.uint8)


def _plain(size: tuple[int, int], colour: npt.ArrayLike, rng: Rng) -> npt.NDArray[np.uint8]:
    body = np.empty((size[1], size[0], 3), np.float32)
    body[:] = np.asarray(colour, np.float32)
    body += rng.normal(0, rng.uniform(0.5, 3), body.shape).astype(np.float32)
    return np.asarray(np.clip(body, 0, 255), np.uint8)


def _leather(size: tuple[int, int], colour: npt.ArrayLike, rng: Rng) -> npt.NDArray[np.uint8]:
    width, height = size
    grain = cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), rng.uniform(0.7, 2.0))
    folds = cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), rng.uniform(5, 14))
    light = grain / grain.std() * rng.uniform(1.5, 8) + folds / folds.std() * rng.uniform(2, 10)
    return np.asarray(np.clip(np.asarray(colour, np.float32) + light[..., None], 0, 255), np.uint8)


def _shine(body: npt.NDArray[np.uint8], rng: Rng, most: float = 70) -> npt.NDArray[np.uint8]:
    """Light falling from one side, so that nothing is one flat colour."""
    height, width = body.shape[:2]
    slope = rng.uniform(-1, 1, 2)
    x, y = np.linspace(0, 1, width), np.linspace(0, 1, height)
    light = slope[0] * x[None, :] + slope[1] * y[:, None]
    light = (light - light.min()) * rng.uniform(0, most * (0.3 if rng.random() < 0.6 else 1))
    return np.asarray(np.clip(body + light[..., None], 0, 255), np.uint8)
