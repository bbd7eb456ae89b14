"""What lies in a face's box, cut from the picture's thumbnail: to tell later whether anything in it stirs.

``proctoring.risk.stillness`` compares them. The thumbnail's pixels are the same places of every picture, so that what
stands still is in the same cells, however the detector's box trembles.
"""

from __future__ import annotations

import base64
from math import ceil, floor

from proctoring.observation import Face, Patch
from proctoring.vision.arrays import Grey

# Of the middle of the box, each way, in pixels of a thumbnail 160 wide: all of a face up to 0.15 of the picture wide,
# of a larger one its eyes, nose and mouth. With less than LEAST there is nothing to compare.
MOST, LEAST = 24, 5


def take(thumbnail: Grey, face: Face) -> Patch | None:
    """The middle of the face's box; ``thumbnail``: of :func:`proctoring.vision.quality.thumbnail`."""
    rows, columns = thumbnail.shape
    left, right = _middle(face.box.x * columns, face.box.width * columns, columns)
    top, bottom = _middle(face.box.y * rows, face.box.height * rows, rows)
    if min(right - left, bottom - top) < LEAST:
        return None
    grey = thumbnail[top:bottom, left:right].tobytes()
    return Patch(left, top, right - left, base64.b64encode(grey).decode())


def _middle(start: float, length: float, end: int) -> tuple[int, int]:
    """Whole pixels in it, within 0 and ``end``, at most ``MOST`` about its middle."""
    first, last = max(0, ceil(start)), min(end, floor(start + length))
    cut = max(0, last - first - MOST)
    return first + cut // 2, last - (cut - cut // 2)
