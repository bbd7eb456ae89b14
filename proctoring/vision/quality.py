"""Whether a picture can be judged at all: too dark, blurred, lens covered."""

from __future__ import annotations

from typing import cast

import cv2

from proctoring.observation import Quality
from proctoring.vision.arrays import Grey, Rgb

_WIDTH = 160  # judged at one small width: fast, and averaging takes sensor noise out of the sharpness

# Measured on eight clips and on negatives/webcam, as they are and darkened (with sensor noise), blurred or covered.
# As they are: brightness 19 and more, contrast 18 and more, sharpness 54 and more.
DARK_BRIGHTNESS = 15.0  # face detection starts to fail between 20 (half the faces found) and 10 (one in eight)
COVERED_CONTRAST = (
    15.0  # lens behind a finger or cloth in any colour: at most 13.4; strongly blurred rooms: 20 and more
)
COVERED_SHARPNESS = 12.0  # the same: at most 9.7, all of it noise
BLURRED_SHARPNESS = 16.0  # blur of σ = 5 px at 640: 19 and more, 97 % of faces found; of 7 px: 12 to 24, every second
# Dim pictures have little sharpness for their little contrast; a blurred one has little for any contrast.
# Sharpness over squared contrast at σ = 5 px: 0.006 to 0.013; at 7 px below 0.008; as they are 0.1 and more.
BLURRED_SHARPNESS_OVER_VARIANCE = 0.01


def thumbnail(picture: Rgb) -> Grey:
    """The luma of an RGB picture (height, width, 3), 160 pixels wide."""
    height = max(1, round(picture.shape[0] * _WIDTH / picture.shape[1]))
    luma = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (_WIDTH, height), interpolation=cv2.INTER_AREA)
    return cast(Grey, luma)


def judge(picture: Rgb) -> Quality:
    """Measures of an RGB picture (height, width, 3) and the flags made from them; never more than one flag is set."""
    return judge_thumbnail(thumbnail(picture))


def judge_thumbnail(luma: Grey) -> Quality:
    """The same of what :func:`thumbnail` made."""
    mean, deviation = (float(value[0][0]) for value in cv2.meanStdDev(luma))
    sharpness = float(cv2.meanStdDev(cv2.Laplacian(luma, cv2.CV_16S))[1][0][0]) ** 2
    dark = mean < DARK_BRIGHTNESS
    covered = not dark and deviation < COVERED_CONTRAST and sharpness < COVERED_SHARPNESS
    blurred = sharpness < min(BLURRED_SHARPNESS, BLURRED_SHARPNESS_OVER_VARIANCE * deviation**2)
    return Quality(
        brightness=mean,
        contrast=deviation,
        sharpness=sharpness,
        dark=dark,
        covered=covered,
        blurred=blurred and not dark and not covered,
    )
