"""What one picture says about each condition."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from proctoring.observation import HeadPose, Quality
from proctoring.risk.calibration import Calibration
from proctoring.risk.conditions import Reading, read
from proctoring.risk.policy import Policy
from tests.risk.scenes import BLACK, BLURRED, COVERED, DARK, NEUTRAL, seen


def reading(*, neutral: Calibration | None = NEUTRAL, turned: float | None = None, **view: Any) -> Reading:
    observation = seen(**view)
    return read(observation, neutral=neutral, policy=Policy(), seconds_since_turned=turned)


@pytest.mark.parametrize(("faces", "absent", "several"), [(0, True, False), (1, False, False), (2, False, True)])
def test_faces_are_counted(faces: int, absent: bool, several: bool) -> None:
    conditions = reading(faces=faces).conditions
    assert conditions["NO_FACE"] is absent
    assert conditions["MULTIPLE_FACES"] is several


def test_without_a_face_detector_nothing_is_known_of_faces() -> None:
    conditions = reading(faces=None).conditions
    assert [conditions[name] for name in ("NO_FACE", "MULTIPLE_FACES", "LOOKING_AWAY")] == [None, None, None]


@pytest.mark.parametrize("quality", [DARK, BLURRED])
def test_no_face_in_a_dark_or_blurred_picture_is_unknown(quality: Quality) -> None:
    conditions = reading(faces=0, quality=quality).conditions
    assert conditions["NO_FACE"] is None
    assert conditions["MULTIPLE_FACES"] is None
    assert conditions["LOOKING_AWAY"] is None


@pytest.mark.parametrize("quality", [DARK, BLURRED])
def test_a_face_found_in_a_poor_picture_is_there(quality: Quality) -> None:
    assert reading(quality=quality).conditions["NO_FACE"] is False
    assert reading(quality=quality, faces=2).conditions["MULTIPLE_FACES"] is True
    assert reading(quality=quality, yaw=60.0).conditions["LOOKING_AWAY"] is None


@pytest.mark.parametrize("quality", [BLACK, COVERED])
def test_a_picture_that_shows_nothing_shows_no_face(quality: Quality) -> None:
    conditions = reading(faces=0, quality=quality).conditions
    assert conditions["NO_FACE"] is True
    assert conditions["MULTIPLE_FACES"] is False
    assert reading(faces=0, quality=quality, turned=0.5).conditions["NO_FACE"] is True


def test_the_picture_s_own_trouble_is_told() -> None:
    assert reading(quality=DARK).conditions["TOO_DARK"] is True
    assert reading(quality=BLURRED).conditions["BLURRED"] is True
    assert reading(quality=COVERED).conditions["COVERED"] is True
    assert not any(reading().conditions[name] for name in ("TOO_DARK", "BLURRED", "COVERED"))


@pytest.mark.parametrize(("phone", "expected"), [(True, True), (False, False), (None, None)])
def test_a_phone_is_unknown_where_nobody_looked(phone: bool | None, expected: bool | None) -> None:
    assert reading(phone=phone).conditions["PHONE_DETECTED"] is expected


@pytest.mark.parametrize(
    ("view", "away"),
    [
        ({}, False),
        ({"yaw": 28.9}, False),  # the neutral is 4°, the limit 25°
        ({"yaw": 29.1}, True),
        ({"yaw": -21.1}, True),
        ({"pitch": 15.9}, False),  # the neutral is -9°
        ({"pitch": 16.1}, True),
        ({"pitch": -70.0}, False),  # down: reading, writing, typing
        ({"horizontal": 0.56}, False),
        ({"horizontal": 0.58}, True),
        ({"horizontal": 0.42}, True),
        ({"vertical": 0.14}, True),
        ({"horizontal": 0.42, "vertical": 0.03}, False),  # eyes on the desk
        ({"horizontal": 0.42, "pitch": -25.0}, False),  # head over the desk
        ({"horizontal": 0.42, "yaw": 18.0}, False),  # head one way, eyes back to the screen
        ({"horizontal": 0.42, "yaw": -10.0}, True),
        ({"horizontal": 0.42, "openness": 0.1}, False),  # a blink, or lids over a look downwards
        ({"yaw": -30.0, "pitch": -25.0}, False),  # a sheet beside the keyboard
        ({"yaw": -32.0, "pitch": -25.0}, True),
        ({"mesh": False}, None),
    ],
)
def test_looking_away_is_judged_against_the_neutral(view: dict[str, Any], away: bool | None) -> None:
    assert reading(**view).conditions["LOOKING_AWAY"] is away


def test_without_a_neutral_nobody_looks_away() -> None:
    assert reading(neutral=None, yaw=80.0).conditions["LOOKING_AWAY"] is None


def test_eyes_that_reach_further_while_calibrating_may_reach_further_later() -> None:
    wide = replace(NEUTRAL, horizontal_spread=0.08)
    assert reading(horizontal=0.61).conditions["LOOKING_AWAY"] is True
    assert reading(neutral=wide, horizontal=0.61).conditions["LOOKING_AWAY"] is False
    assert reading(neutral=wide, horizontal=0.63).conditions["LOOKING_AWAY"] is True


def test_a_coarse_pose_counts_only_far_beyond_the_limit() -> None:
    def judged(yaw: float, pitch: float = -9.0) -> bool | None:
        pose = HeadPose(yaw, pitch, 0.0, source="keypoints")
        view = replace(seen(), pose=pose, eyes=None)
        return read(view, neutral=NEUTRAL, policy=Policy(), seconds_since_turned=None).conditions["LOOKING_AWAY"]

    assert judged(4.0 + 34.0) is None
    assert judged(4.0 + 36.0) is True
    assert judged(4.0, pitch=60.0) is None


def test_a_coarse_pose_beyond_the_usual_limit_is_away_right_after_a_turn() -> None:
    def judged(yaw: float, turned: float | None) -> Reading:
        view = replace(seen(), pose=HeadPose(yaw, -9.0, 0.0, source="keypoints"), eyes=None)
        return read(view, neutral=NEUTRAL, policy=Policy(), seconds_since_turned=turned)

    lost = judged(4.0 + 30.0, 0.5)
    assert lost.conditions["LOOKING_AWAY"] is True
    assert lost.measured["LOOKING_AWAY"]["cause"] == "face_lost_while_turned"
    assert lost.measured["LOOKING_AWAY"]["pose_source"] == "keypoints"
    assert not lost.turned
    assert judged(4.0 + 30.0, None).conditions["LOOKING_AWAY"] is None
    assert judged(4.0 + 30.0, 2.5).conditions["LOOKING_AWAY"] is None
    assert judged(4.0 + 20.0, 0.5).conditions["LOOKING_AWAY"] is None  # turned back, something before the face


@pytest.mark.parametrize("view", [{"faces": 0}, {"mesh": False}])
def test_a_face_lost_right_after_it_turned_is_away_not_absent(view: dict[str, Any]) -> None:
    lost = reading(turned=1.0, **view)
    assert lost.conditions["LOOKING_AWAY"] is True
    assert not lost.conditions["NO_FACE"]
    assert lost.measured["LOOKING_AWAY"]["cause"] == "face_lost_while_turned"
    assert reading(turned=2.5, faces=0).conditions["NO_FACE"] is True
