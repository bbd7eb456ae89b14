"""Made patches of a face: two eyes, a mouth and shades, seen by a camera that errs anew each time."""

from __future__ import annotations

import base64
from math import exp
from random import Random

from proctoring.observation import Patch

SIDE = 24
LEFT, TOP = 10, 8  # on the grid


def patch_of(
    chance: Random,
    *,
    noise: float = 2.0,
    light: float = 1.0,
    shift: float = 0.0,
    lids: float = 0.0,
    cut: tuple[int, int] = (0, 0),
) -> Patch:
    """``noise``: in grey levels. ``shift``: cells to the right. ``lids``: how far they are closed, 0 to 1. ``cut``:
    cells that the box leaves out on the left and above."""
    left, top = cut
    grey = bytes(
        max(0, min(255, round(light * _shade(x - shift, y, lids) + chance.gauss(0, noise))))
        for y in range(top, SIDE)
        for x in range(left, SIDE)
    )
    return Patch(LEFT + left, TOP + top, SIDE - left, base64.b64encode(grey).decode())


def _shade(x: float, y: float, lids: float) -> float:
    def spot(at_x: float, at_y: float, size: float) -> float:
        return exp(-((x - at_x) ** 2 + (y - at_y) ** 2) / size**2)

    eyes = (1 - lids) * 90 * (spot(8, 9, 1.5) + spot(16, 9, 1.5))
    return 80 + 90 * spot(12, 12, 9) - eyes - 60 * spot(12, 18, 2.5)
