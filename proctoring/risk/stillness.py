"""How still it is what a camera shows of a face: a print only trembles with noise; who keeps still sways and blinks.

What is compared are patches (:class:`proctoring.observation.Patch`), mean and contrast taken out of each, so that light
that changes on all of a face counts for nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, sqrt
from operator import mul
from statistics import median

from proctoring.observation import Patch

WHITE_NOISE = 2.0
COVERED = 0.9  # of the looks: a face whose box wanders farther than MARGIN moves
MARGIN = 0.1  # of a patch, on each side: the box of the next look may leave it out
LEAST_SIDE = 4  # cells
FLAT = 1.0  # standard deviation in grey levels, below which there is nothing to compare
COARSE_SIDE = 8  # cells that are kept of a side, at least, where it has as many: 8 to 15

Cells = Sequence[float]


@dataclass(frozen=True, slots=True)
class Stillness:
    """``apart``: how far looks lie from their mean, as a mean square with contrast taken out, about 1 less their
    correlation with it. ``roughness``: the ratio of von Neumann (1941), the mean square of the steps from look to look
    by ``apart``: 2 where each errs by itself, less where one follows from the one before.

    ``mean``: of the looks, its cells larger than theirs (``side``): enough to see whether it is still there, too few to
    know anybody by.
    """

    apart: float
    roughness: float
    mean: Patch


def measured(patches: Sequence[Patch]) -> Stillness | None:
    """How still it is what they show; ``None`` where too few of them show the same place."""
    window = _common(patches)
    if window is None:
        return None
    seen = [cells for cells in map(window.of, patches) if cells is not None]
    looks = [look for look in map(_unit, seen) if look is not None]
    if len(looks) < max(2.0, COVERED * len(patches)):
        return None
    return Stillness(*_variation(looks), window.mean(seen))


def likeness(stood: Patch, patch: Patch) -> float | None:
    """The correlation, at most 1, of a mean (:class:`Stillness`) with what is there now; ``None`` where ``patch`` does
    not reach, or nothing is to be seen in it."""
    window = _Window(stood.column, stood.row, stood.columns * stood.side, _rows(stood) * stood.side)
    cells = window.of(patch)
    if cells is None or not cells:
        return None
    one, other = _unit(_bytes(stood)), _unit(window.coarse(cells, stood.side))
    return None if one is None or other is None else sum(map(mul, one, other))


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of the grid that patches lie on; ``width`` and ``height`` in cells."""

    left: int
    top: int
    width: int
    height: int

    def of(self, patch: Patch) -> bytes | None:
        """Row by row; ``None`` where the patch does not hold all of it."""
        left, top = self.left - patch.column, self.top - patch.row
        if min(left, top) < 0 or left + self.width > patch.columns or top + self.height > _rows(patch):
            return None
        grey = _bytes(patch)
        starts = range(top * patch.columns + left, (top + self.height) * patch.columns, patch.columns)
        return b"".join(grey[start : start + self.width] for start in starts)

    def coarse(self, cells: Cells, side: int) -> list[float]:
        """Means of squares of ``side`` cells; what is left over at the right and below is not in them."""
        return [
            sum(sum(cells[row * self.width + left :][:side]) for row in range(top, top + side)) / side**2
            for top in range(0, self.height - side + 1, side)
            for left in range(0, self.width - side + 1, side)
        ]

    def mean(self, looks: Sequence[Cells]) -> Patch:
        side = max(1, min(self.width, self.height) // COARSE_SIDE)
        means = [sum(cell) / len(looks) for cell in zip(*looks, strict=True)]
        grey = bytes(round(cell) for cell in self.coarse(means, side))
        return Patch(self.left, self.top, self.width // side, base64.b64encode(grey).decode(), side)


def _common(patches: Sequence[Patch]) -> _Window | None:
    """What nearly all of them hold; ``None`` where that is too little."""
    if not patches:
        return None
    edges = [(one.column, one.row, one.column + one.columns, one.row + _rows(one)) for one in patches]
    left, top, right, bottom = (median(edge) for edge in zip(*edges, strict=True))
    across, down = MARGIN * (right - left), MARGIN * (bottom - top)
    column, row = ceil(left + across), ceil(top + down)
    width, height = floor(right - across) - column, floor(bottom - down) - row
    return _Window(column, row, width, height) if min(width, height) >= LEAST_SIDE else None


def _unit(cells: Cells) -> Cells | None:
    """Less their mean, and of length 1; ``None`` where all is one grey."""
    mean = sum(cells) / len(cells)
    squares = sum(map(mul, cells, cells)) - mean * mean * len(cells)
    if squares < FLAT**2 * len(cells):
        return None
    scale = 1 / sqrt(squares)
    return [(cell - mean) * scale for cell in cells]


def _variation(looks: Sequence[Cells]) -> tuple[float, float]:
    total = [sum(cell) for cell in zip(*looks, strict=True)]
    apart = max(0.0, 1 - sum(map(mul, total, total)) / len(looks) ** 2)
    steps = sum(2 - 2 * sum(map(mul, earlier, later)) for earlier, later in pairwise(looks))
    return apart, steps / (apart * len(looks)) if apart > 0 else WHITE_NOISE


def _rows(patch: Patch) -> int:
    return len(_bytes(patch)) // patch.columns


def _bytes(patch: Patch) -> bytes:
    return base64.b64decode(patch.grey)
