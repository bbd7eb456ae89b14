"""A picture for a question, as an author uploads it: known by its content and drawn anew."""

from __future__ import annotations

import io
import zlib
from functools import cache
from random import Random

from PIL import Image

from exams.services.pictures import MAX_SIDE, PictureRefused, draw
from tests.fuzz import jpeg_mutation
from tests.fuzz.mutation import mutate_bytes
from tests.fuzz.pictures import every_make, scene
from tests.fuzz.target import Take, Target


def start() -> Take:
    return take


def take(data: bytes) -> bool:
    try:
        drawn = draw(data)
    except PictureRefused as refused:
        assert refused.message.endswith(".")
        return False
    assert min(drawn.width, drawn.height) >= 1
    assert max(drawn.width, drawn.height) <= MAX_SIDE
    assert drawn.content_type in {"image/png", "image/jpeg", "image/webp"}
    with Image.open(io.BytesIO(drawn.data)) as again:
        assert again.size == (drawn.width, drawn.height)
    return True


def _saved(format: str, mode: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture = scene(64, 48)
    if mode == "RGBA":
        picture = picture.copy()
        picture.putalpha(120)
    else:
        picture = picture.convert(mode)
    more = [picture.rotate(90)] if options.get("save_all") else []
    picture.save(buffer, format, **({"append_images": more} if more else {}), **options)
    return buffer.getvalue()


def seeds() -> list[bytes]:
    return list(_begin_with())


@cache
def _begin_with() -> tuple[bytes, ...]:
    others = [
        *(_saved("PNG", mode) for mode in ("RGB", "RGBA", "L", "LA", "P", "1", "I;16")),
        _saved("GIF", "P"),
        _saved("GIF", "P", save_all=True, duration=50),
        _saved("WEBP", "RGBA"),
        _saved("WEBP", "RGB", lossless=True),
        _saved("WEBP", "RGB", save_all=True),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ]
    return (*others, *every_make()[:10])


def mutate(data: bytes, longest: int, random: Random) -> bytes:
    if random.random() < 0.5:
        data = random.choice(_begin_with())
    if data[:2] == b"\xff\xd8":
        return jpeg_mutation.mutate(data, longest, random)
    return _mended(mutate_bytes(data, longest, random))


def _mended(data: bytes) -> bytes:
    """The checksums of a PNG's chunks put right, or none of them would be read."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return data
    at, pieces = 8, [data[:8]]
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        chunk = data[at + 4 : end]
        pieces += [data[at : at + 4], chunk, zlib.crc32(chunk).to_bytes(4, "big")]
        at = end + 4
    return b"".join([*pieces, data[at:]])


TARGET = Target("pictures of questions", start, seeds, longest=10_000, seconds=15.0, memory_mb=1_500, mutate=mutate)
