"""Somebody who sits in the dark is not reported as absent; a camera that shows nothing is."""

from __future__ import annotations

import cv2
import numpy as np

from proctoring.observation import Looks, Observation
from proctoring.risk.conditions import read
from proctoring.risk.policy import NO_FACE, TOO_DARK, Policy
from proctoring.vision.analyzer import Analyzer
from tests.data import clip_frames


def darkened(analyzer: Analyzer, brightness: float) -> Observation:
    """A person at a webcam, small in the picture, as a camera sends it at a mean luma of ``brightness``."""
    picture = cv2.imread(str(clip_frames("two_people")[0])).astype(np.float32)
    noise = np.random.default_rng(1).normal(0, 2, picture.shape)
    dim = np.clip(picture * (brightness / picture.mean()) + noise, 0, 255).astype(np.uint8)
    encoded, jpeg = cv2.imencode(".jpg", dim, [cv2.IMWRITE_JPEG_QUALITY, 70])
    assert encoded
    return analyzer.analyse(jpeg.tobytes(), looks=Looks.FAR_FACES)


def no_face(observation: Observation) -> tuple[bool | None, bool | None]:
    reading = read(observation, neutral=None, policy=Policy(), seconds_since_turned=None)
    return reading.conditions[NO_FACE], reading.conditions[TOO_DARK]


def test_a_face_not_found_in_the_dark_is_unknown(analyzer: Analyzer) -> None:
    observation = darkened(analyzer, 9.0)
    assert observation.faces == ()
    assert no_face(observation) == (None, True)


def test_a_black_picture_shows_nobody(black: Observation) -> None:
    assert no_face(black) == (True, True)
