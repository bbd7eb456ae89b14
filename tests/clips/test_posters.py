"""A poster behind the candidate is told from people, by real pictures and the real detector."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest

from proctoring.observation import Looks, Observation
from proctoring.risk.calibration import CalibrationFailed, calibrate
from proctoring.risk.engine import Engine
from proctoring.risk.policy import MULTIPLE_FACES, Policy
from proctoring.vision.analyzer import Analyzer
from tests.clips.conftest import Clip
from tests.posters import with_poster, with_somebody

FACES = ("2839.jpg", "3798.jpg")
LOOKS = 30


def looks(analyzer: Analyzer, face: str, *, shift: float = 0.0) -> list[Observation]:
    """The candidate of ``reading_down`` before a poster, two looks a second."""
    shown = with_poster("reading_down", every=3.35, face=face, side=140, corner=(20, 20), shift=shift)
    return [analyzer.analyse(jpeg, looks=Looks.FAR_FACES) for jpeg in shown]


@pytest.mark.parametrize("face", FACES)
def test_a_poster_is_at_rest_all_the_time(analyzer: Analyzer, face: str) -> None:
    seen = looks(analyzer, face)
    calibration = calibrate(seen[:LOOKS])
    assert len(calibration.standing_faces) == 1
    engine = Engine(Policy(), calibration)
    for number, observation in enumerate(seen[LOOKS:]):
        assert observation.face_count == 2
        step = engine.observe(number / 2, observation)
        assert step.conditions[MULTIPLE_FACES] is False
        assert len(engine.at_rest.faces) == 1


def without_patches(seen: list[Observation]) -> list[Observation]:
    return [replace(one, faces=tuple(replace(face, patch=None) for face in one.faces or ())) for one in seen]


def test_a_small_noisy_poster_is_known_by_what_it_shows(analyzer: Analyzer) -> None:
    """The detector's points tremble on it as on somebody."""
    shown = with_poster("reading_down", every=3.35, face="3405.jpg", side=120, corner=(20, 20), noise=8.0)
    seen = [analyzer.analyse(jpeg, looks=Looks.FAR_FACES) for jpeg in islice(shown, LOOKS)]
    assert len(calibrate(seen).standing_faces) == 1
    with pytest.raises(CalibrationFailed):
        calibrate(without_patches(seen))


def test_somebody_whose_head_keeps_still_is_none(analyzer: Analyzer) -> None:
    """The detector's points keep as still as on a poster."""
    shown = with_somebody(
        "reading_down",
        every=3.35,
        person="eyes_center_left_center",
        person_every=4,
        side=140,
        corner=(20, 20),
        noise=8.0,
    )
    seen = [analyzer.analyse(jpeg, looks=Looks.FAR_FACES) for jpeg in islice(shown, LOOKS)]
    with pytest.raises(CalibrationFailed) as failure:
        calibrate(seen)
    assert failure.value.code == "several_faces"
    assert len(calibrate(without_patches(seen)).standing_faces) == 1


def test_one_that_is_carried_is_somebody(analyzer: Analyzer) -> None:
    with pytest.raises(CalibrationFailed) as failure:
        calibrate(looks(analyzer, FACES[0], shift=1.0))
    assert failure.value.code == "several_faces"


@pytest.mark.parametrize("name", ["two_people", "walking_in"])
def test_people_fail_the_calibration(clip: Clip, name: str) -> None:
    with pytest.raises(CalibrationFailed) as failure:
        calibrate(clip(name, every=2))
    assert failure.value.code == "several_faces"
