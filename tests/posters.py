"""A poster on the wall behind a candidate: a face that was photographed, pasted into the pictures of a clip.

Or somebody who sits there, pasted alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat
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
    clip: str,
    *,
    every: float,
    face: str,
    side: int,
    corner: tuple[int, int],
    seed: int = 1,
    shift: float = 0.0,
    noise: float = NOISE,
) -> Iterator[bytes]:
    """JPEGs of ``clip``, each ``every``-th picture, with a poster ``side`` pixels wide and high; ``corner``: its upper
    left one. ``shift``: pixels to the right that it is carried from each picture to the next. ``noise``: standard
    deviation of the sensor's, of 255."""
    poster = _read(data_path(f"faces_by_group/images/{face}"))
    return _pasted(_frames(clip, every), repeat(poster), side, corner, np.random.default_rng(seed), shift, noise)


def with_somebody(
    clip: str,
    *,
    every: float,
    person: str,
    person_every: float,
    side: int,
    corner: tuple[int, int],
    seed: int = 1,
    noise: float = NOISE,
) -> Iterator[bytes]:
    """The same with the middle of ``person``, another clip, whose ``person_every``-th pictures come as fast."""
    persons = (_square(_read(path)) for path in _frames(person, person_every))
    return _pasted(_frames(clip, every), persons, side, corner, np.random.default_rng(seed), 0.0, noise)


def _frames(clip: str, every: float) -> list[Path]:
    pictures = clip_frames(clip)
    return [pictures[int(number * every)] for number in range(int(len(pictures) / every))]


def _square(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    left = (width - height) // 2
    return picture[:, left : left + height]


def _pasted(
    pictures: Iterable[Path],
    posters: Iterable[Picture],
    side: int,
    corner: tuple[int, int],
    chance: np.random.Generator,
    shift: float,
    noise: float,
) -> Iterator[bytes]:
    for number, (path, poster) in enumerate(zip(pictures, posters, strict=False)):
        height, width = poster.shape[:2]
        outline = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        room = _read(path).astype(np.float32)
        place = np.array(corner) + [shift * number, 0] + SLANT * side
        bend = cv2.getPerspectiveTransform(outline, place.astype(np.float32))
        size = (room.shape[1], room.shape[0])
        paper = cv2.warpPerspective(np.ones(poster.shape[:2], np.float32), bend, size)[..., None]
        print_of_it = cv2.warpPerspective(poster, bend, size, flags=cv2.INTER_AREA).astype(np.float32)
        shown = room * (1 - paper) + print_of_it * 0.9 * paper
        shown = shown * (1 + chance.normal(0, LIGHT)) + chance.normal(0, noise, shown.shape)
        encoded, data = cv2.imencode(
            ".jpg", np.clip(shown, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
        )
        assert encoded
        yield data.tobytes()


def _read(path: Path) -> Picture:
    picture = cv2.imread(str(path))
    assert picture is not None, path
    return picture.astype(np.uint8)
