"""What looked like a phone and stood in the same place while the candidate was calibrated: a dark window, a picture.

It is no phone in use as long as it stays there. What moves was one, and whatever else comes into view counts at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from proctoring.observation import Box

PHONE_AT_REST = "PHONE_AT_REST"  # the entry that says so, of the environment ledger

# Intersection over union, above which two boxes hold the same thing: that of PASCAL VOC (Everingham et al. 2010, 4.2).
# A thing that moves by a third of its own width falls below it. The detector's boxes of one at rest (twelve stills, 24
# times each, with sensor noise, 30 % less or 20 % more light, moved by up to 3 pixels) have 0.72 and more, mostly 0.93.
SAME_PLACE = 0.5
FEWEST_LOOKS = 3
STOOD_SHARE = 0.5  # of the looks: the detector overlooks a phone now and then, and so it does a window
GONE_LOOKS = 2


def stood(looks: Iterable[Sequence[Box]]) -> tuple[Box, ...]:
    """The places at which something stood in at least half of ``looks`` (the phones seen in each); none in too few."""
    every = list(looks)
    places: list[list[Box]] = []
    for phones in every:
        free = list(phones)
        for place in places:
            best = _nearest(_middle(place), free)
            if best is not None:
                place.append(best)
                free.remove(best)
        places += [[phone] for phone in free]
    if len(every) < FEWEST_LOOKS:
        return ()
    return tuple(_middle(place) for place in places if len(place) >= max(2, STOOD_SHARE * len(every)))


@dataclass(slots=True)
class _Place:
    """``gone``: looks in a row that found something elsewhere and nothing here."""

    box: Box
    gone: int = 0


class Standing:
    """The places of one session at which something still stands as it did."""

    def __init__(self, boxes: Iterable[Box] = ()) -> None:
        self._places = [_Place(box) for box in boxes]

    def look(self, phones: tuple[Box, ...] | None) -> tuple[tuple[Box, ...] | None, tuple[Box, ...]]:
        """Of the phones seen in a picture those that count, and those that only stand where something stood.

        A place that is empty while something is elsewhere, twice in a row, was a phone that has been taken up: from
        then on it is like any other place. An empty place by itself means nothing: somebody leans before it.
        """
        if phones is None:
            return None, ()
        free, at_rest, missing = list(phones), [], []
        for place in self._places:
            here = _nearest(place.box, free)
            if here is None:
                missing.append(place)
                continue
            place.gone = 0
            at_rest.append(here)
            free.remove(here)
        for place in missing:
            place.gone = place.gone + 1 if free else 0
        self._places = [place for place in self._places if place.gone < GONE_LOOKS]
        return tuple(free), tuple(at_rest)

    def as_list(self) -> list[dict[str, Any]]:
        return [asdict(place) for place in self._places]

    @classmethod
    def from_list(cls, data: Iterable[Mapping[str, Any]]) -> Standing:
        standing = cls()
        standing._places = [_Place(Box(**place["box"]), place["gone"]) for place in data]
        return standing


def _nearest(box: Box, phones: Iterable[Box]) -> Box | None:
    """The one of them that is in the same place."""
    best = max(phones, key=lambda phone: box.overlap(phone), default=None)
    return best if best is not None and box.overlap(best) >= SAME_PLACE else None


def _middle(boxes: Sequence[Box]) -> Box:
    names = ("x", "y", "width", "height", "score")
    return Box(**{name: median(getattr(box, name) for box in boxes) for name in names})
