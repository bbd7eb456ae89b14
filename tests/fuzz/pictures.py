"""Small real JPEGs of every make, to begin with."""

from __future__ import annotations

import io
from functools import cache

import cv2
import numpy as np
from PIL import Image

SIDES = ((64, 48), (160, 120))
TURNED = 0x0112  # EXIF's orientation


@cache
def scene(width: int, height: int) -> Image.Image:
    """Neither flat nor noise, so that every part of a JPEG is used."""
    rows, columns = np.mgrid[0:height, 0:width].astype(float)
    red = 127 + 120 * np.sin(columns / 9)
    green = 127 + 120 * np.cos(rows / 7)
    blue = 255 * ((rows // 8 + columns // 8) % 2)
    return Image.fromarray(np.dstack([red, green, blue]).astype(np.uint8))


def saved(picture: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", **{"quality": 60, **options})
    return buffer.getvalue()


def turned(picture: Image.Image, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[TURNED] = orientation
    return saved(picture, exif=exif)


def arithmetic(picture: Image.Image) -> bytes:
    """As if its scan were coded arithmetically (T.81, SOF9), which OpenCV's decoder may or may not know."""
    return saved(picture).replace(b"\xff\xc0", b"\xff\xc9", 1)


def restarts(picture: Image.Image) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, 50, cv2.IMWRITE_JPEG_RST_INTERVAL, 2]
    ok, data = cv2.imencode(".jpg", np.asarray(picture), options)
    assert ok
    return data.tobytes()


@cache
def every_make() -> tuple[bytes, ...]:
    made: list[bytes] = []
    for sides in SIDES:
        picture = scene(*sides)
        plain = saved(picture)
        made += [
            plain,
            *(saved(picture, subsampling=way) for way in (0, 1, 2)),
            saved(picture, quality=5),
            saved(picture, progressive=True, optimize=True),
            saved(picture.convert("L")),
            saved(picture.convert("CMYK")),
            saved(picture, comment=b"a comment"),
            *(turned(picture, way) for way in (3, 6, 9)),
            arithmetic(picture),
            restarts(picture),
            plain + b"PK\x03\x04" + bytes(30),
            plain[:-2] + plain[-40:],
            plain[: len(plain) // 2] + b"\xff\xd9",
            b"\xff\xd8\xff\xe1" + (len(plain) + 2).to_bytes(2, "big") + plain + plain[2:],
        ]
    return tuple(made)


def jpegs() -> list[bytes]:
    others = [b"", b"GIF89a" + bytes(40), b"\x89PNG\r\n\x1a\n" + bytes(40), b"\xff\xd8", b"\xff\xd8\xff\xd9"]
    return [*every_make(), *others]
