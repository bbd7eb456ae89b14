"""The real analyzer over the labelled clips: each picture is analysed once a test run."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest

from proctoring.analysis.config import analyzer_config
from proctoring.observation import Observation
from proctoring.vision.analyzer import Analyzer
from tests.data import clip_frames

Clip = Callable[..., list[Observation]]


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns about its own tracing while the model is exported
        analyzer = Analyzer(analyzer_config())
    assert all(status.ok for status in analyzer.detectors.values()), analyzer.detectors
    return analyzer


@pytest.fixture(scope="session")
def clip(analyzer: Analyzer) -> Clip:
    """``clip(name, every=n)``: what is seen in every n-th picture of a clip, phones included."""

    @cache
    def observations(name: str, *, every: int) -> list[Observation]:
        return [analyzer.analyse(path.read_bytes()) for path in clip_frames(name)[::every]]

    return observations


@pytest.fixture(scope="session")
def black(analyzer: Analyzer) -> Observation:
    """A black picture, as a covered camera in the dark sends it."""
    encoded, jpeg = cv2.imencode(".jpg", np.zeros((480, 640, 3), np.uint8))
    assert encoded
    return analyzer.analyse(jpeg.tobytes())
