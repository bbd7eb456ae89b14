"""The real analyzer, loaded once a run, and ways to spoil a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from proctoring.analysis.config import analyzer_config
from proctoring.observation import Looks, Observation
from proctoring.vision.analyzer import Analyzer
from tests.data import clip_frames

Picture = NDArray[np.uint8]
See = Callable[..., Observation]


def jpeg(picture: Picture) -> bytes:
    encoded, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 70])
    assert encoded
    return data.tobytes()


def load(path: Path) -> Picture:
    picture = cv2.imread(str(path))
    assert picture is not None
    return picture.astype(np.uint8)


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    analyzer = Analyzer(analyzer_config())
    assert all(status.ok for status in analyzer.detectors.values()), analyzer.detectors
    return analyzer


@pytest.fixture(scope="session")
def see(analyzer: Analyzer) -> See:
    """``see(path)``: the observation of one picture; ``phone=True`` looks for phones too."""

    def look(path: Path, *, phone: bool = False) -> Observation:
        return analyzer.analyse(path.read_bytes(), looks=Looks.ALL if phone else Looks.FAR_FACES)

    return look


@pytest.fixture
def frame() -> bytes:
    """One real webcam frame."""
    return clip_frames("head_turns")[0].read_bytes()
