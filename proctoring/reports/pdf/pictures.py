"""The pictures of a report: each is read once, for the check of the chain and for its small copy, one after the other.

The copies lie in a folder of their own until the document is written, so a report of hundreds of pictures holds one
of them in full at a time.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from proctoring.evidence import snapshots

LONGEST_SIDE = 400  # pixels: 150 to the inch, as wide as it is printed
MOST_PIXELS = 50_000_000  # nothing a camera sends comes near; what was put in its place might


@dataclass(frozen=True, slots=True)
class Copy:
    path: Path
    width: int
    height: int


class Copies:
    """``wanted``: names in the storage of the pictures that are shown. ``seen`` is called after each that was read."""

    def __init__(self, folder: Path, wanted: Collection[str], seen: Callable[[], None]) -> None:
        self.folder = folder
        self.wanted = frozenset(wanted)
        self.seen = seen
        self._kept: dict[str, Copy | None] = {}

    def read(self, name: str) -> bytes:
        """As ``snapshots.read``; raises FileNotFoundError."""
        jpeg = snapshots.read(name)
        if name in self.wanted and name not in self._kept:
            self._kept[name] = small_copy(jpeg, self.folder / f"{len(self._kept)}.jpg")
        self.seen()
        return jpeg

    def of(self, name: str) -> Copy | None:
        """None where it was not read, or is no picture."""
        return self._kept.get(name)


def small_copy(jpeg: bytes, path: Path) -> Copy | None:
    """None where ``jpeg`` is not a picture that can be read."""
    try:
        with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            small = picture.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    small.save(path, "JPEG", quality=80)
    return Copy(path, small.width, small.height)
