"""A glance tells that head and eyes stay as they were measured, and notices when they do not."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest

from proctoring.observation import Box, Face, Looks, Measured, Observation
from proctoring.vision import glance
from proctoring.vision.analyzer import Analyzer
from tests.data import clip_frames
from tests.vision.conftest import See

EYES = "eyes_center_left_center"  # 8 pictures a second; the eyes are turned aside from 5 to 10 s


@pytest.fixture(scope="module")
def straight(see: See) -> Observation:
    return see(clip_frames(EYES)[16])


def known(observation: Observation) -> Measured:
    assert observation.measured is not None
    return observation.measured


def alike(one: Observation, other: Observation) -> bool:
    assert one.glance is not None
    assert other.glance is not None
    return glance.alike(one.glance, other.glance)


@pytest.mark.parametrize("number", [16, 17, 20, 24])
def test_somebody_who_sits_still_looks_the_same(see: See, straight: Observation, number: int) -> None:
    assert alike(straight, see(clip_frames(EYES)[number]))


@pytest.mark.parametrize("number", [48, 56, 64, 72])
def test_eyes_turned_aside_do_not(see: See, straight: Observation, number: int) -> None:
    aside = see(clip_frames(EYES)[number])
    assert aside.pose is not None
    assert straight.pose is not None
    assert abs(aside.pose.yaw - straight.pose.yaw) < 5.0  # the head keeps still
    assert not alike(straight, aside)


def test_a_turned_head_does_not(see: See) -> None:
    frames = clip_frames("head_turns")
    assert not alike(see(frames[0]), see(frames[30]))


def test_a_picture_of_one_grey_is_like_nothing() -> None:
    face = Face(Box(0.3, 0.3, 0.4, 0.4), ((0.4, 0.4), (0.6, 0.4), (0.5, 0.5), (0.5, 0.6), (0.3, 0.45), (0.7, 0.45)))
    flat = glance.take(np.full((480, 640, 3), 90, np.uint8), face)
    assert flat is not None
    assert not glance.alike(flat, flat)


def test_what_is_known_stands_where_the_face_looks_the_same(analyzer: Analyzer, straight: Observation) -> None:
    seen = analyzer.analyse(clip_frames(EYES)[17].read_bytes(), looks=Looks.FAR_FACES, known=known(straight))
    assert straight.pose is not None
    assert seen.pose == replace(straight.pose, source="stands")
    assert seen.eyes == straight.eyes
    assert "mesh" not in seen.models
    assert "mesh" not in seen.timings
    assert seen.measured is None


def test_what_is_known_is_measured_anew_where_it_does_not(analyzer: Analyzer, straight: Observation) -> None:
    seen = analyzer.analyse(clip_frames(EYES)[56].read_bytes(), looks=Looks.FAR_FACES, known=known(straight))
    assert seen.pose is not None
    assert seen.pose.source == "mesh"
    assert "mesh" in seen.models
    assert seen.measured is not None


def test_several_faces_are_never_glanced_at(analyzer: Analyzer, straight: Observation) -> None:
    seen = analyzer.analyse(clip_frames("two_people")[0].read_bytes(), looks=Looks.FAR_FACES, known=known(straight))
    assert seen.face_count == 2
    assert seen.glance is None
    assert seen.pose is not None
    assert seen.pose.source == "mesh"


def test_what_is_known_travels(straight: Observation) -> None:
    assert Measured.from_dict(asdict(known(straight))) == straight.measured
    assert Observation.from_dict(straight.as_dict()).glance == straight.glance
