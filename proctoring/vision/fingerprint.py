"""What a picture shows as 432 numbers: alike for one picture encoded twice, apart for two of a living person.

Two exposures of a person who sits still differ where they breathe, blink and sway; one exposure that comes again,
encoded anew, does not. ``proctoring.live.repetition`` compares them; nobody can be recognised by one.
"""

from __future__ import annotations

import base64

import cv2
import numpy as np

from proctoring.vision.arrays import Grey

# Coarse enough that sensor noise and JPEG's errors average out, fine enough that a blink fills a block.
COLUMNS, ROWS = 24, 18
UNIT = 1024  # numbers are standard deviations of the picture's luma, in steps of 1/1024
MOST = 8 * UNIT  # so that the difference of two numbers fits in 16 bits as well
FLAT = 1.0  # contrast below which there is nothing to compare


def of(luma: Grey, *, contrast: float) -> str:
    """The fingerprint of a small grey picture (height, width): base64 of 16-bit numbers, little-endian, row by row; ""
    where it is all one grey. ``contrast``: its standard deviation.

    Its own mean and contrast are taken out, so dim light and exposure neither make pictures alike nor apart.
    """
    if contrast < FLAT:
        return ""
    blocks = cv2.resize(luma.astype(np.float32), (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
    relative = (blocks - blocks.mean()) * (UNIT / contrast)
    return base64.b64encode(np.clip(np.rint(relative), -MOST, MOST).astype("<i2").tobytes()).decode()
