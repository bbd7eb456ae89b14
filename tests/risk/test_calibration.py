"""The candidate's own neutral, asked for or learned."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from proctoring.observation import Observation
from proctoring.risk.calibration import Calibration, CalibrationFailed, calibrate
from proctoring.risk.engine import Engine
from proctoring.risk.policy import Policy
from tests.risk.scenes import BLURRED, COVERED, DARK, Frame, assert_restores_everywhere, frames, play, seen

POINTS = [(0.0, 0.0), (-0.06, 0.02), (0.06, 0.02), (-0.06, -0.02), (0.06, -0.02)]


def looking_at_the_points() -> list[Observation]:
    """Twenty pictures, four a point: the centre of the screen and its corners."""
    return [
        seen(yaw=10 + 50 * aside, pitch=-20 + 100 * up, horizontal=0.5 + aside, vertical=0.06 + up)
        for aside, up in POINTS
        for _ in range(4)
    ]


def test_the_neutral_is_the_middle_and_the_spread_reaches_the_screen_s_edges() -> None:
    calibration = calibrate(looking_at_the_points())
    assert (calibration.yaw, calibration.pitch) == (10.0, -20.0)
    assert calibration.horizontal == pytest.approx(0.5)
    assert calibration.horizontal_spread == pytest.approx(0.06)
    assert calibration.vertical_spread == pytest.approx(0.02)
    assert calibration.samples == 20


def test_a_few_wild_pictures_change_little() -> None:
    wild = [seen(yaw=80.0, horizontal=0.9), seen(faces=0), seen(faces=2)]
    calibration = calibrate([*looking_at_the_points(), *wild])
    assert calibration.yaw == pytest.approx(10.0, abs=3.1)
    assert calibration.horizontal_spread == pytest.approx(0.06)


@pytest.mark.parametrize(
    ("pictures", "code"),
    [
        ([], "no_pictures"),
        ([seen()] * 7, "too_few"),
        ([seen(faces=0)] * 20, "no_face"),
        ([seen(faces=2)] * 2 + [seen()] * 18, "several_faces"),
        ([seen(quality=DARK)] * 15 + [seen()] * 5, "too_dark"),
        ([seen(quality=BLURRED)] * 20, "blurred"),
        ([seen(faces=0, quality=COVERED)] * 20, "covered"),
        ([seen(mesh=False)] * 20, "too_few"),
        ([seen(yaw=60.0)] * 9 + [seen(yaw=-30.0)] * 9, "unsteady"),
    ],
)
def test_it_fails_with_a_code_and_says_what_to_do(pictures: Sequence[Observation], code: str) -> None:
    with pytest.raises(CalibrationFailed) as failure:
        calibrate(pictures)
    assert failure.value.code == code
    assert failure.value.sentence.startswith(("We ", "The ", "More ", "No ", "Your "))
    assert "Please" in failure.value.sentence


def test_it_survives_json() -> None:
    calibration = calibrate(looking_at_the_points())
    assert Calibration.from_dict(calibration.as_dict()) == calibration


def test_an_uncalibrated_session_learns_its_neutral_and_never_assumes_zero() -> None:
    low_camera = seen(yaw=30.0, pitch=-40.0)
    straight_at_zero = seen(yaw=0.0, pitch=-40.0)
    engine = Engine(Policy())
    for index in range(30):
        assert engine.observe(index * 0.5, low_camera).looking_away is None
    assert engine.observe(15.0, low_camera).looking_away is False
    assert engine.observe(15.5, straight_at_zero).looking_away is True
    assert engine.neutral is not None
    assert engine.neutral.yaw == 30.0
    assert not engine.calibrated


def test_learning_uses_no_picture_with_several_faces() -> None:
    engine = play(frames(0.0, 30.0, 2, seen(faces=2)), calibration=None)[1]
    assert engine.neutral is None


def test_what_was_learned_in_the_first_minute_stays() -> None:
    first = frames(0.0, 61.0, 2, seen(yaw=10.0))
    engine = play([*first, *frames(61.0, 200.0, 2, seen(yaw=30.0))], calibration=None)[1]
    assert engine.neutral is not None
    assert engine.neutral.yaw == 10.0
    assert engine.state()["learner"]["samples"] == []


def test_learning_goes_on_where_it_was_restored() -> None:
    assert_restores_everywhere(
        [Frame(index * 0.5, seen(yaw=float(index % 7))) for index in range(140)], calibration=None
    )


def test_an_event_says_whether_the_session_was_calibrated() -> None:
    timeline = frames(0.0, 5.0, 2, seen(faces=0))
    assert play(timeline)[0][0].detail["calibrated"] is True
    assert play(timeline, calibration=None)[0][0].detail["calibrated"] is False
