"""Found boxes against true ones: average precision, and what happens at one threshold. No models, no files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from proctoring.observation import Box

LEAST_OVERLAP = 0.5  # intersection over union at which a box counts as found: the 50 of AP50 (Pascal VOC)


@dataclass(frozen=True, slots=True)
class Judged:
    """One picture: the boxes that are there and the boxes a detector found, with its scores."""

    path: Path
    source: str
    truth: tuple[Box, ...]
    found: tuple[Box, ...]

    @property
    def best(self) -> float:
        """The highest score given to anything in the picture; 0 when nothing was found."""
        return max((box.score for box in self.found), default=0.0)


@dataclass(frozen=True, slots=True)
class Match:
    """One found box and the true box it was matched to, if any."""

    score: float
    truth: Box | None


def match(picture: Judged) -> list[Match]:
    """Each found box, surest first, takes the best true box that overlaps enough and is still free."""
    free = list(picture.truth)
    matches = []
    for box in sorted(picture.found, key=lambda one: -one.score):
        best = max(free, key=lambda truth: box.overlap(truth), default=None)
        if best is not None and box.overlap(best) >= LEAST_OVERLAP:
            free.remove(best)
            matches.append(Match(box.score, best))
        else:
            matches.append(Match(box.score, None))
    return matches


def of_size(picture: Judged, lowest: float, below: float) -> Judged:
    """What concerns boxes alone whose longer side, as a share of the picture's, is from ``lowest`` to ``below``: the
    true ones, the found ones that match them, and those that match nothing and are of this size themselves (as COCO
    measures by size)."""

    def fits(box: Box) -> bool:
        return lowest <= max(box.width, box.height) < below

    surest_first = sorted(picture.found, key=lambda one: -one.score)
    found = [
        box
        for box, one in zip(surest_first, match(picture), strict=True)
        if fits(box if one.truth is None else one.truth)
    ]
    return replace(picture, truth=tuple(box for box in picture.truth if fits(box)), found=tuple(found))


def precision_recall(pictures: Sequence[Judged]) -> list[tuple[float, float]]:
    """(recall, precision) after each found box, surest first."""
    total = sum(len(picture.truth) for picture in pictures)
    ranked = sorted((one for picture in pictures for one in match(picture)), key=lambda one: -one.score)
    right = 0
    curve = []
    for number, one in enumerate(ranked, 1):
        right += one.truth is not None
        curve.append((right / total if total else 0.0, right / number))
    return curve


def average_precision(pictures: Sequence[Judged]) -> float | None:
    """Area under the precision–recall curve, precision made monotone, every point used (Pascal VOC 2010 and later).

    None when no picture holds a true box. False boxes in pictures without one count too.
    """
    if not any(picture.truth for picture in pictures):
        return None
    area, best, reached = 0.0, 0.0, None
    for recall, precision in reversed(precision_recall(pictures)):
        if reached is not None:
            area += (reached - recall) * best
        best, reached = max(best, precision), recall
    return area + (reached or 0.0) * best


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What a detector does when only boxes of at least a given score count."""

    boxes: int
    boxes_found: int
    with_phone: int
    with_phone_called: int
    without_phone: int
    without_phone_called: int
    extra_boxes: int  # in pictures with a phone, boxes that match none


def at_threshold(pictures: Sequence[Judged], threshold: float) -> AtThreshold:
    """Counts over all pictures. "Called" means that anything in the picture scores at least ``threshold``."""
    counted = [(picture, [one for one in match(picture) if one.score >= threshold]) for picture in pictures]
    holding = [(picture, matches) for picture, matches in counted if picture.truth]
    empty = [matches for picture, matches in counted if not picture.truth]
    return AtThreshold(
        boxes=sum(len(picture.truth) for picture, _ in holding),
        boxes_found=sum(one.truth is not None for _, matches in holding for one in matches),
        with_phone=len(holding),
        with_phone_called=sum(bool(matches) for _, matches in holding),
        without_phone=len(empty),
        without_phone_called=sum(bool(matches) for matches in empty),
        extra_boxes=sum(one.truth is None for _, matches in holding for one in matches),
    )


def thresholds(pictures: Sequence[Judged], steps: int = 19) -> list[tuple[float, AtThreshold]]:
    """The same at evenly spaced thresholds between 0 and 1, both left out."""
    levels = [round(step / (steps + 1), 4) for step in range(1, steps + 1)]
    return [(level, at_threshold(pictures, level)) for level in levels]
