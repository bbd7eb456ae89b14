"""Checks on a received picture before any decoder sees it, and the decoding.

:func:`check` reads the JPEG's markers with the standard library alone, so a picture that claims to be huge is refused
before memory is set aside for it. Marker codes are those of ITU-T T.81, table B.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from proctoring.vision.config import MAX_FRAME_BYTES

if TYPE_CHECKING:
    from proctoring.vision.arrays import Rgb

MAX_LONG_SIDE = 1920
MAX_SHORT_SIDE = 1080
MIN_SIDE = 32
# Each scan of a progressive JPEG may go over the whole picture and take only 12 bytes: 256 KiB of them kept a decoder
# busy for 79 s. Encoders write 10 at most; a camera's page writes one.
MOST_SCANS = 32

_START = b"\xff\xd8"
_END = b"\xff\xd9"
_STANDALONE = {0x01, *range(0xD0, 0xD8)}  # TEM and the restart markers carry no length
_FRAME_HEADERS = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0–SOF15 without DHT, JPG and DAC
_SCAN = 0xDA
_SCAN_MARKER = b"\xff\xda"


class BadFrame(ValueError):
    """A picture that cannot be analysed. ``code`` is for programs, the message one sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code

    def __reduce__(self) -> tuple[type[BadFrame], tuple[str, str]]:
        return type(self), (self.code, str(self))  # it crosses from a worker process


def check(data: bytes, *, max_bytes: int = MAX_FRAME_BYTES) -> tuple[int, int]:
    """Width and height in pixels as the JPEG's header claims them.

    Raises :class:`BadFrame`: "empty", "too_large" (more than ``max_bytes``), "not_jpeg", "truncated" (the end-of-image
    marker is missing) or "dimensions" (a side under 32 pixels, or more than 1920×1080 in either orientation).
    "not_jpeg" also stands for more scans than any encoder writes.
    """
    if not data:
        raise BadFrame("empty", "The picture is empty.")
    if len(data) > max_bytes:
        raise BadFrame("too_large", f"The picture is {len(data):,} bytes; at most {max_bytes:,} are accepted.")
    if not data.startswith(_START):
        raise BadFrame("not_jpeg", "The picture is not a JPEG: it does not begin with the start-of-image marker.")
    size: tuple[int, int] | None = None
    for marker, start, end in _segments(data):
        if marker in _FRAME_HEADERS:
            size = _dimensions(data[start:end])
        if marker == _SCAN:
            if size is None:
                raise BadFrame("not_jpeg", "The picture is not a readable JPEG: it has no frame header.")
            if data.find(_END, end) < 0:
                break
            # In coded data every FF is followed by a zero or a restart marker, so this finds the scans.
            if data.count(_SCAN_MARKER, end) >= MOST_SCANS:
                raise BadFrame("not_jpeg", f"The picture is no camera's JPEG: it has more than {MOST_SCANS} scans.")
            return size
    raise BadFrame("truncated", "The picture is cut short: its end is missing.")


def decode(data: bytes, *, max_bytes: int = MAX_FRAME_BYTES) -> Rgb:
    """The picture as RGB, uint8, shape (height, width, 3), turned upright where EXIF asks for it.

    Raises :class:`BadFrame` as :func:`check` does, and "not_jpeg" when the decoder refuses the data.
    """
    check(data, max_bytes=max_bytes)
    import cv2  # here, so that whoever only checks loads no decoder
    import numpy as np

    try:
        picture: Any = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    except cv2.error as error:
        raise BadFrame("not_jpeg", "The picture is damaged: the decoder refused it.") from error
    if picture is None:
        raise BadFrame("not_jpeg", "The picture is damaged: the decoder could not read it.")
    return picture  # type: ignore[no-any-return]


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Each marker segment after the start as (marker, first byte of its content, first byte after it)."""
    position = 2
    while position + 4 <= len(data):
        # FF 00 is no marker. A decoder passes over both bytes alone and would find a picture in what is no segment.
        if data[position] != 0xFF or data[position + 1] == 0:
            raise BadFrame("not_jpeg", "The picture is not a readable JPEG: its markers are damaged.")
        marker = data[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
        elif marker in _STANDALONE:
            position += 2
        else:
            length = int.from_bytes(data[position + 2 : position + 4], "big")
            if length < 2:
                raise BadFrame("not_jpeg", "The picture is not a readable JPEG: a segment has no length.")
            yield marker, position + 4, position + 2 + length
            position += 2 + length


def _dimensions(header: bytes) -> tuple[int, int]:
    """From the content of a frame header: sample precision, height, width, number of components (T.81, B.2.2)."""
    if len(header) < 6:
        raise BadFrame("truncated", "The picture is cut short: its end is missing.")
    precision, components = header[0], header[5]
    if precision != 8 or components not in (1, 3):
        raise BadFrame("not_jpeg", "The picture is not an 8-bit grey or colour JPEG.")
    height, width = int.from_bytes(header[1:3], "big"), int.from_bytes(header[3:5], "big")
    short, long = sorted((width, height))
    if short < MIN_SIDE or short > MAX_SHORT_SIDE or long > MAX_LONG_SIDE:
        raise BadFrame(
            "dimensions",
            f"The picture is {width}×{height} pixels; accepted are {MIN_SIDE} pixels a side "
            f"up to {MAX_LONG_SIDE}×{MAX_SHORT_SIDE}.",
        )
    return width, height
