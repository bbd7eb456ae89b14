"""Eyes alone turned aside, the head still: five seconds centre, five aside, five centre."""

from __future__ import annotations

from statistics import mean, pstdev

from tests.data import clip_frames
from tests.vision.conftest import See


def horizontal(see: See, clip: str, *, seconds: tuple[float, float]) -> list[float]:
    """Between two moments of a clip of 8 frames/s."""
    start, end = (round(second * 8) for second in seconds)
    seen = [see(path).eyes for path in clip_frames(clip)[start:end:4]]
    return [eyes.horizontal for eyes in seen if eyes is not None]


def test_eyes_turned_to_the_pictures_left_read_lower_and_come_back(see: See) -> None:
    clip = "eyes_center_left_center"
    centre, aside, back = (horizontal(see, clip, seconds=span) for span in ((0, 5), (6.5, 9.5), (11, 15)))
    assert mean(aside) < mean(centre) - 0.06
    assert abs(mean(back) - mean(centre)) < 0.03
    assert pstdev(centre) < 0.015


def test_eyes_turned_to_the_pictures_right_read_higher_and_come_back(see: See) -> None:
    clip = "eyes_center_right_center"
    centre, aside, back = (horizontal(see, clip, seconds=span) for span in ((0, 4.5), (6.5, 9.5), (11.5, 15)))
    assert mean(aside) > mean(centre) + 0.06
    assert abs(mean(back) - mean(centre)) < 0.03


def test_open_eyes_are_more_open_than_eyes_on_the_desk(see: See) -> None:
    open_, on_desk = (see(clip_frames("head_turns")[number]).eyes for number in (0, 130))
    assert open_ is not None
    assert on_desk is not None
    assert on_desk.openness < open_.openness
