"""A poster on the wall behind a candidate: a face that was photographed, pasted into the pictures of a clip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.data import clip_frames, data_path

Picture = NDArray[np.uint8]

NOISE = 4.0  # standard deviation of a webcam's sensor in a room, of 255
LIGHT = 0.01  # by how much a picture is lighter or darker than the next
QUALITY = 75
SLANT = np.array([[0.0, 0.03], [1.0, 0.0], [0.98, 1.0], [0.02, 0.97]])  # the poster's corners, seen from the side


def with_poster(
    clip: str, *, every: float, face: str, side: int, corner: tuple[int, int], seed: int = 1, shift: float = 0.0
) -> Iterator[bytes]:
    """JPEGs of ``clip``, each ``every``-th picture, with a poster ``side`` pixels wide and high; ``corner``: its upper
    left one. ``shift``: pixels to the right that it is carried from each picture to the next."""
    pictures = clip_frames(clip)
    chosen = [pictures[int(number * every)] for number in range(int(len(pictures) / every))]
    poster = _read(data_path(f"faces_by_group/images/{face}"))
    return _pasted(chosen, poster, side, corner, np.random.default_rng(seed), shift)


def _pasted(
    pictures: Sequence[Path],
    poster: Picture,
    side: int,
    corner: tuple[int, int],
    noise: np.random.Generator,
    shift: float,
) -> Iterator[bytes]:
    height, width = poster.shape[:2]
    outline = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    for number, path in enumerate(pictures):
        room = _read(path).astype(np.float32)
        place = np.array(corner) + [shift * number, 0] + SLANT * side
        bend = cv2.getPerspectiveTransform(outline, place.astype(np.float32))
        size = (room.shape[1], room.shape[0])
        paper = cv2.warpPerspective(np.ones(poster.shape[:2], np.float32), bend, size)[..., None]
        print_of_it = cv2.warpPerspective(poster, bend, size, flags=cv2.INTER_AREA).astype(np.float32)
        shown = room * (1 - paper) + print_of_it * 0.9 * paper
        shown = shown * (1 + noise.normal(0, LIGHT)) + noise.normal(0, NOISE, shown.shape)
        encoded, data = cv2.imencode(
            ".jpg", np.clip(shown, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
        )
        assert encoded
        yield data.tobytes()


def _read(path: Path) -> Picture:
    picture = cv2.imread(str(path))
    assert picture is not None, path
    return picture.astype(np.uint8)
