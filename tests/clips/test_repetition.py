"""A picture that stands still or comes again is noticed on real people, and real people are never taken for one."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import cv2
import numpy as np
import pytest

from proctoring.live.ledger import Entry
from proctoring.live.repetition import Repetition
from proctoring.observation import Box, Face, Observation
from proctoring.vision import fingerprint, quality
from tests.data import clip_frames

START = 1_767_788_963.0
ALONE = (Face(Box(0.4, 0.3, 0.2, 0.3)),)
PACE = 0.5
RECORDED_QUALITY, SENT_QUALITY = 92, 70
RATES = {
    "head_turns": 12.35,
    "reading_down": 6.7,
    "eyes_center_left_center": 8.0,
    "eyes_center_right_center": 8.0,
    "two_people": 12.0,
    "walking_in": 12.0,
    "turning_woman": 12.0,
}

Spoil = Callable[[Any], Any]


def seen(picture: Any, *, faces: tuple[Face, ...] = ALONE) -> Observation:
    """What a worker would say of a BGR picture, sent as a JPEG; that a face is in it is a given."""
    encoded, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, SENT_QUALITY])
    assert encoded
    decoded: Any = cv2.imdecode(jpeg, cv2.IMREAD_COLOR_RGB)
    luma = quality.thumbnail(decoded)
    judged = quality.judge_thumbnail(luma)
    print_ = fingerprint.of(luma, contrast=judged.contrast)
    return Observation(640, 480, judged, faces=faces, fingerprint=print_)


@cache
def pictures(clip: str, start: int, count: int) -> list[Any]:
    read = [cv2.imread(str(path)) for path in clip_frames(clip)[start : start + count]]
    return [cv2.imdecode(cv2.imencode(".jpg", one, [cv2.IMWRITE_JPEG_QUALITY, RECORDED_QUALITY])[1], 1) for one in read]


def noise(seed: int, sigma: float) -> Spoil:
    numbers = np.random.default_rng(seed)
    return lambda picture: np.clip(np.rint(picture + numbers.normal(0, sigma, picture.shape)), 0, 255).astype(np.uint8)


def played(observations: Sequence[Observation], *, pace: float = PACE) -> list[tuple[float, Entry]]:
    """What is recorded, and how many seconds after the first picture; no two pictures are the same bytes."""
    repetition = Repetition()
    return [
        (index * pace, entry)
        for index, observation in enumerate(observations)
        for entry in repetition.picture(START + index * pace, observation, identical=False)
    ]


def looped(loop: Sequence[Observation], *, fps: float, seconds: float, seed: int) -> tuple[float, Entry] | None:
    """The first entry of a loop sampled twice a second by a clock that is up to 60 ms late, as a page's is; and how
    many seconds after the loop began anew."""
    late, repetition, at = random.Random(seed), Repetition(), 0.0
    while at < seconds:
        observation = loop[int(at * fps) % len(loop)]
        for entry in repetition.picture(START + at, observation, identical=False):
            return at - len(loop) / fps, entry
        at += PACE + late.random() * 0.06
    return None


@pytest.mark.parametrize("clip", RATES)
@pytest.mark.parametrize("spoil", ["as it is", "dark and noisy"])
def test_no_real_clip_stands_still_or_repeats(clip: str, spoil: str) -> None:
    rate, dark = RATES[clip], noise(1, 4)
    paths = clip_frames(clip)
    shown = [paths[int(index * PACE * rate)] for index in range(int((len(paths) - 1) / rate / PACE) + 1)]
    read = [cv2.imread(str(path)) for path in shown]
    assert played([seen(one if spoil == "as it is" else dark(one * 0.2)) for one in read]) == []


@pytest.mark.parametrize(("clip", "start"), [("reading_down", 0), ("eyes_center_left_center", 50)])
@pytest.mark.parametrize("sigma", [0.0, 2.0])
def test_the_same_second_again_and_again_is_noticed_within_ten(clip: str, start: int, sigma: float) -> None:
    """15 pictures a second, as the page asks of the camera; each of a second's is encoded anew every time."""
    spoil = noise(2, sigma)
    loop = [seen(spoil(picture) if sigma else picture) for picture in pictures(clip, start, 15)]
    found = [looped(loop, fps=15, seconds=12, seed=seed) for seed in range(10)]
    assert [one is not None and one[0] <= 10 and one[1].name for one in found] == ["PICTURE_REPEATS"] * 10


def test_a_longer_loop_is_noticed_when_the_same_pictures_are_met_again() -> None:
    """Of four seconds, played in step with the page's pace: from its second round on."""
    loop = [seen(picture) for picture in pictures("reading_down", 0, 60)[::8]]
    ((at, entry), *more) = played(loop * 6)
    assert at <= len(loop) * PACE + 2 * PACE
    assert more == []
    assert entry.detail["lag_seconds"] == len(loop) * PACE
    assert "may show a recording" in entry.sentence


def test_a_loop_that_runs_to_and_fro_is_noticed() -> None:
    loop = [seen(picture) for picture in pictures("head_turns", 0, 8)]
    found = looped([*loop, *reversed(loop[1:-1])], fps=12.35, seconds=12, seed=1)
    assert found is not None
    assert found[1].name == "PICTURE_REPEATS"


def test_a_photograph_is_noticed_though_no_two_pictures_are_the_same_bytes() -> None:
    photograph = pictures("reading_down", 0, 1)[0]
    entries = played([seen(noise(seed, 2)(photograph)) for seed in range(40)])
    assert [(at, entry.name) for at, entry in entries] == [(8.0, "PICTURE_FROZEN")]
    assert entries[0][1].detail == {"seconds": 8.0, "byte_for_byte": False}


def test_an_empty_room_may_look_the_same_for_minutes() -> None:
    room = pictures("reading_down", 0, 1)[0]
    assert played([seen(noise(seed, 2)(room), faces=()) for seed in range(40)]) == []


def test_the_same_bytes_are_noticed_whoever_is_in_view() -> None:
    black, repetition = seen(np.zeros((480, 640, 3), np.uint8), faces=()), Repetition()
    entries = [
        entry for index in range(40) for entry in repetition.picture(START + index / 2, black, identical=index > 0)
    ]
    assert [entry.detail for entry in entries] == [{"seconds": 8.0, "byte_for_byte": True}]
    assert list(repetition.warnings) == ["frozen"]
    repetition.picture(START + 20, seen(pictures("reading_down", 0, 1)[0]), identical=False)
    assert not repetition.warnings


def test_what_was_before_missing_pictures_is_not_counted_as_standing_still() -> None:
    same, repetition = seen(pictures("reading_down", 0, 1)[0]), Repetition()
    moments = [0.5 * step for step in range(12)] + [30 + 0.5 * step for step in range(12)]
    assert [entry for at in moments for entry in repetition.picture(START + at, same, identical=at > 0)] == []


def test_a_picture_that_stands_still_is_noticed_on_a_page_slowed_to_one_in_ten_seconds() -> None:
    same, repetition = seen(pictures("reading_down", 0, 1)[0]), Repetition()
    entries = [
        entry
        for step in range(3)
        for entry in repetition.picture(START + 10.4 * step, same, identical=step > 0, asked=10.0)
    ]
    assert [entry.detail["seconds"] for entry in entries] == [10.4]


def test_a_driver_that_hands_out_one_old_picture_is_no_loop() -> None:
    shown = [seen(picture) for picture in pictures("reading_down", 0, 60)[::3]]
    assert played([*shown[:8], shown[2], *shown[8:]]) == []


def test_a_camera_slower_than_the_pace_repeats_without_a_loop() -> None:
    """Three pictures a second from a camera in the dark, asked for ten times a second."""
    shown = [seen(picture) for picture in pictures("reading_down", 0, 60)[::2]]
    assert played([one for one in shown for _ in range(3)], pace=0.1) == []
