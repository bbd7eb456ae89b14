"""MediaPipe's networks, asked directly, find what MediaPipe's own solution finds."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import cv2
import numpy as np
import pytest

from proctoring.vision.analyzer import Analyzer
from proctoring.vision.arrays import Rgb
from proctoring.vision.face_network import FULL_RANGE, SHORT_RANGE, FaceNetwork, Model, Window, whole
from proctoring.vision.model_files import in_mediapipe
from tests.data import clip_frames

LEAST = {SHORT_RANGE: 0.5, FULL_RANGE: 0.6}  # min_score_thresh of their graphs, whatever the solution is asked for
# Sampled in whole steps of 1/32 pixel, and suppressed in single precision, boxes differ by less than a pixel of the
# square that the network sees.
PIXEL = {SHORT_RANGE: 1 / 128, FULL_RANGE: 1 / 192}


@pytest.fixture(scope="module", params=[SHORT_RANGE, FULL_RANGE], ids=["short", "full"])
def asked(request: pytest.FixtureRequest, analyzer: Analyzer) -> Iterator[tuple[Model, FaceNetwork, Any]]:
    model: Model = request.param
    options = {"model_selection": int(model is FULL_RANGE), "min_detection_confidence": LEAST[model]}
    with import_module("mediapipe.python.solutions.face_detection").FaceDetection(**options) as graph:
        yield model, FaceNetwork(in_mediapipe(model.file), model), graph


def picture(clip: str, number: int) -> Rgb:
    return np.asarray(cv2.cvtColor(cv2.imread(str(clip_frames(clip)[number])), cv2.COLOR_BGR2RGB), np.uint8)


@pytest.mark.parametrize(("clip", "number"), [("two_people", 8), ("head_turns", 60), ("walking_in", 36)])
@pytest.mark.parametrize("part", [(slice(None), slice(None)), (slice(40, 400), slice(100, 540))], ids=["whole", "part"])
def test_the_same_faces_are_found(
    asked: tuple[Model, FaceNetwork, Any], clip: str, number: int, part: tuple[slice, slice]
) -> None:
    model, network, graph = asked
    shown = np.ascontiguousarray(picture(clip, number)[part])
    ours = network.look(shown, whole(shown), least=LEAST[model])
    theirs = [(one.location_data, one.score[0]) for one in graph.process(shown).detections or []]
    assert len(ours) == len(theirs) > 0
    for face, (place, score) in zip(ours, theirs, strict=True):
        box = place.relative_bounding_box
        assert face.box.score == pytest.approx(score, abs=0.005)
        found = [face.box.x, face.box.y, face.box.width, face.box.height]
        assert found == pytest.approx([box.xmin, box.ymin, box.width, box.height], abs=PIXEL[model])
        points = [(point.x, point.y) for point in place.relative_keypoints]
        assert np.abs(np.array(face.keypoints) - points).max() < PIXEL[model]


def test_a_window_may_reach_beyond_the_picture_and_places_stay_those_of_the_picture() -> None:
    shown = picture("two_people", 8)
    network = FaceNetwork(in_mediapipe(SHORT_RANGE.file), SHORT_RANGE)
    known = network.look(shown, whole(shown), least=0.5)
    left = min(known, key=lambda face: face.box.x)
    [again] = network.look(shown, Window(-200, 40, 500), least=0.5)
    assert again.box.x == pytest.approx(left.box.x, abs=0.02)
    assert again.box.y == pytest.approx(left.box.y, abs=0.03)


def test_where_nothing_is_nothing_is_found() -> None:
    network = FaceNetwork(in_mediapipe(FULL_RANGE.file), FULL_RANGE)
    assert network.look(np.zeros((480, 640, 3), np.uint8), Window(0, 0, 640), least=0.5) == []
