"""Average precision and counts on boxes whose answers were worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from proctoring.evaluation.matching import Judged, at_threshold, average_precision, of_size, precision_recall
from proctoring.observation import Box

HERE, THERE = Box(0.1, 0.1, 0.2, 0.2), Box(0.6, 0.6, 0.2, 0.2)


def found(box: Box, score: float) -> Box:
    return Box(box.x, box.y, box.width, box.height, score)


def picture(truth: tuple[Box, ...] = (), *boxes: Box) -> Judged:
    return Judged(Path("made.jpg"), "made", truth, boxes)


# Ranked: 0.9 right, 0.8 wrong (no phone there), 0.7 right, 0.6 wrong; a third phone is never found.
PICTURES = [
    picture((HERE, THERE), found(HERE, 0.9), found(THERE, 0.7)),
    picture((), found(HERE, 0.8)),
    picture((THERE,), found(HERE, 0.6)),
    picture(()),
]


def test_precision_and_recall_by_hand() -> None:
    curve = precision_recall(PICTURES)
    assert [point for pair in curve for point in pair] == pytest.approx(
        [1 / 3, 1, 1 / 3, 1 / 2, 2 / 3, 2 / 3, 2 / 3, 1 / 2]
    )


def test_average_precision_by_hand() -> None:
    # Up to recall 1/3 the best precision is 1, from there to 2/3 it is 2/3, beyond that nothing is found.
    assert average_precision(PICTURES) == pytest.approx(1 / 3 * 1 + 1 / 3 * 2 / 3)


def test_a_perfect_detector_has_1_and_a_blind_one_0() -> None:
    assert average_precision([picture((HERE,), found(HERE, 0.3))]) == pytest.approx(1)
    assert average_precision([picture((HERE,))]) == 0


def test_without_a_phone_there_is_no_average_precision() -> None:
    assert average_precision([picture((), found(HERE, 0.9))]) is None


def test_a_second_box_on_the_same_phone_is_false() -> None:
    twice = picture((HERE,), found(HERE, 0.9), found(HERE, 0.8))
    counts = at_threshold([twice], 0.5)
    assert (counts.boxes_found, counts.extra_boxes) == (1, 1)


@pytest.mark.parametrize(
    ("threshold", "boxes", "called", "false"), [(0.5, 2, 2, 1), (0.65, 2, 1, 1), (0.85, 1, 1, 0), (0.95, 0, 0, 0)]
)
def test_counts_at_a_threshold(threshold: float, boxes: int, called: int, false: int) -> None:
    counts = at_threshold(PICTURES, threshold)
    assert (counts.boxes, counts.with_phone, counts.without_phone) == (3, 2, 2)
    assert (counts.boxes_found, counts.with_phone_called, counts.without_phone_called) == (boxes, called, false)


def test_of_a_size_is_each_box_by_itself() -> None:
    small, large = Box(0.1, 0.1, 0.1, 0.05), Box(0.4, 0.4, 0.5, 0.5)
    loose = found(Box(0.1, 0.1, 0.16, 0.05), 0.9)  # matches the small one, though it is larger than that size itself
    wrong_small, wrong_large = found(Box(0.8, 0.1, 0.1, 0.1), 0.8), found(Box(0.5, 0.0, 0.4, 0.3), 0.3)
    both = picture((small, large), loose, wrong_small, found(large, 0.7), wrong_large)
    assert of_size(both, 0.0, 0.15) == picture((small,), loose, wrong_small)
    assert of_size(both, 0.3, 0.6) == picture((large,), found(large, 0.7), wrong_large)
    assert of_size(both, 0.6, 1.01) == picture(())
