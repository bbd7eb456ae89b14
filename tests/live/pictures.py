"""Pictures made for tests."""

from __future__ import annotations

import io
import random
from functools import cache

from PIL import Image, ImageDraw


@cache
def clutter() -> bytes:
    """A sharp, well-lit picture, 640×480, with nobody in it."""
    numbers = random.Random(1)
    picture = Image.new("RGB", (640, 480), (150, 150, 150))
    draw = ImageDraw.Draw(picture)
    for _ in range(300):
        x, y = numbers.randrange(640), numbers.randrange(480)
        colour = (numbers.randrange(256), numbers.randrange(256), numbers.randrange(256))
        draw.rectangle((x, y, x + numbers.randrange(60), y + numbers.randrange(60)), fill=colour)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=70)
    return buffer.getvalue()
