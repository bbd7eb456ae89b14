"""Whether a picture can be judged at all: too dark, blurred, lens covered."""

from __future__ import annotations

import cv2

from proctoring.observation import Quality
from proctoring.vision.arrays import Rgb

_WIDTH = 160  # judged at one small width: fast, and averaging takes sensor noise out of the sharpness

DARK_BRIGHTNESS = 25.0
BLURRED_SHARPNESS = 30.0
COVERED_SHARPNESS = 8.0


def judge(picture: Rgb) -> Quality:
    """Measures of an RGB picture (height, width, 3) and the flags made from them; never more than one flag is set."""
    height = max(1, round(picture.shape[0] * _WIDTH / picture.shape[1]))
    small = cv2.resize(picture, (_WIDTH, height), interpolation=cv2.INTER_AREA)
    luma = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    mean, deviation = (float(value[0][0]) for value in cv2.meanStdDev(luma))
    sharpness = float(cv2.meanStdDev(cv2.Laplacian(luma, cv2.CV_32F))[1][0][0]) ** 2
    dark = mean < DARK_BRIGHTNESS
    covered = not dark and sharpness < COVERED_SHARPNESS
    return Quality(
        brightness=mean,
        contrast=deviation,
        sharpness=sharpness,
        dark=dark,
        covered=covered,
        blurred=not dark and not covered and sharpness < BLURRED_SHARPNESS,
    )
