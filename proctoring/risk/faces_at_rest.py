"""A face that stood in the same place while the candidate was calibrated and did not move: a poster, a photograph.

It is nobody as long as it stays there. What moves was somebody, and whatever else comes into view counts at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from math import hypot
from statistics import fmean, median, quantiles
from typing import Any

from proctoring.observation import Box, Face
from proctoring.risk import stillness
from proctoring.risk.standing import SAME_PLACE

FACE_AT_REST = "FACE_AT_REST"  # the entry that says so, of the environment ledger

FEWEST_LOOKS = 8
SEEN_SHARE = 0.5  # of the looks, in the first half of them and in the second: who comes or goes is somebody

# All figures below: portraits pasted into `head_turns` and `reading_down` as prints with a face 0.085 to 0.2 of the
# picture wide, sensor noise of 2 to 8 of 255, light that changes by up to 30 %, JPEGs of quality 60 to 85, of which the
# detector saw 31 of 48 in at least half of 50 looks, 0.2 s apart; and the people of six clips, made as small, pasted
# alike and moving as there (37 of 40 seen).

# What lies in the face's box tells them apart (proctoring.risk.stillness). What differs between looks at a print is
# noise, with a roughness of 1.92 and more, at two looks a second as well. People's is 1.6 at most (1.8 at two looks a
# second), in small, noisy pictures of a man who reads, and 0.1 to 1 in most.
ONLY_NOISE = 1.85
# Prints: 0.07 at most, of a face without contrast, 0.01 in most. Who turns quickly is as rough as they, but 0.3 apart.
APART = 0.1
# A camera that shakes, or a shadow that moves, makes a print's roughness 0.3 to 1.6. Then the detector's six points
# have to hold still as well: of 17 such prints 6 pass, as by their points alone. Of people whose points hold still, at
# two looks a second, 6 in 7 fail by one of these limits.
STIRRING = 0.6
SHAKEN = 0.03  # apart; those 6: 0.027 at most

# How far these points lie from where they were, on average, in widths and heights of the face, and whether a look errs
# by itself (prints: a roughness of 1.3 to 2.0 in most) or follows from the one before. With the three limits, and
# without patches, 25 of the 31 prints passed and 1 of 37 people; at two looks a second 7 of 34.
MOST_OF_LOOKS = 0.9
UNSTEADY = 0.05
WANDERING = 1.2
STILLER_THAN_ANYBODY = 0.004  # the stillest face of the clips: 0.012, at half the width of the picture

# Later: how like its mean in the calibration it is. In 30 s each of the 31 prints always was by 0.96 and more, all but
# one by 0.995 (by 0.9 before a camera that shakes by a pixel, with a shadow that moves), no person by more than 0.89.
SAME_LOOK = 0.9
# Where it cannot be compared, the points again: 6 of those 31 prints counted at some time in 30 s, and 31 of 36 people.
MOVED = 0.1
MOVED_MEMORY = 0.97  # of a look's moving, from look to look
MOVED_MOST = 1.5
DRIFTED = 0.04
DRIFT_MEMORY = 0.9
HIDES_BESIDE = 0.5  # widths of the candidate's face, to each side of it: hair, a hand at the ear, headphones

Points = tuple[tuple[float, float], ...]


def still_faces(looks: Iterable[Sequence[Face]]) -> tuple[Face, ...]:
    """Of the faces seen in each look, the candidate's left out, those that stood still all the while, as prints do."""
    every = list(looks)
    places: list[list[tuple[int, Face]]] = []
    for number, faces in enumerate(every):
        free = list(faces)
        for place in places:
            best = _nearest(place[-1][1], free)
            if best is not None:
                place.append((number, best))
                free.remove(best)
        places += [[(number, face)] for face in free]
    stood = (_as_one(place) for place in places if _all_the_while([number for number, _ in place], len(every)))
    return tuple(face for face in stood if face is not None)


def _all_the_while(numbers: Sequence[int], looks: int) -> bool:
    half = looks / 2
    first = sum(number < half for number in numbers)
    return len(numbers) >= FEWEST_LOOKS and min(first, len(numbers) - first) >= SEEN_SHARE * half - 0.5


def _as_one(place: Sequence[tuple[int, Face]]) -> Face | None:
    """Where the face stood; ``None`` when it moved. The two networks' boxes of one face differ: that which saw it more
    often judges."""
    far = sum(face.far for _, face in place) * 2 > len(place)
    faces = [face for _, face in place if face.far == far]
    if len(faces) < FEWEST_LOOKS or len({len(face.keypoints) for face in faces}) > 1:
        return None
    middle = _middle(faces)
    steady = _is_steady([_offsets(middle, face) for face in faces])
    patches = [face.patch for face in faces if face.patch is not None]
    if len(patches) < max(FEWEST_LOOKS, stillness.COVERED * len(faces)):
        return middle if steady else None
    seen = stillness.measured(patches)
    if seen is None:
        return None
    only_noise = seen.roughness >= ONLY_NOISE and seen.apart <= APART
    shaken = steady and seen.roughness >= STIRRING and seen.apart <= SHAKEN
    return replace(middle, patch=seen.mean) if only_noise or shaken else None


def _is_steady(offsets: Sequence[Points]) -> bool:
    distances = sorted(map(_length, offsets))
    most = quantiles(distances, n=100, method="inclusive")[round(100 * MOST_OF_LOOKS) - 1]
    return most <= STILLER_THAN_ANYBODY or (most <= UNSTEADY and _roughness(offsets) >= WANDERING)


def _roughness(offsets: Sequence[Points]) -> float:
    """The ratio of von Neumann (1941): the squares of the steps from look to look by those of the distances from the
    mean. 2 where each look errs by itself, less where one look's place follows from the one before."""
    columns = list(zip(*([value for point in points for value in point] for points in offsets), strict=True))
    steps = sum((later - earlier) ** 2 for column in columns for earlier, later in pairwise(column))
    means = [fmean(column) for column in columns]
    around = sum((value - mean) ** 2 for column, mean in zip(columns, means, strict=True) for value in column)
    return steps / around if around else 2.0


@dataclass(slots=True)
class _Place:
    """``drift``: how far the points lie from where they stood, ``moved``: how many looks were far off; both lately."""

    face: Face
    drift: Points
    moved: float = 0.0

    def holds(self, face: Face, *, beside: bool) -> bool:
        """Whether ``face``, in the same place, stands as it did. ``beside`` the candidate, who may hide a part of it,
        nothing follows for later."""
        likeness = self._likeness(face)
        if likeness is not None:
            moved, offsets = likeness < SAME_LOOK, tuple((0.0, 0.0) for _ in self.drift)
        elif face.far != self.face.far:
            return True
        elif len(face.keypoints) != len(self.face.keypoints):
            return False
        else:
            offsets = _offsets(self.face, face)
            moved = _length(offsets) > MOVED
        if beside:
            return not moved
        self.moved = self.moved * MOVED_MEMORY + moved
        if not moved:
            self.drift = tuple(
                (DRIFT_MEMORY * x + (1 - DRIFT_MEMORY) * new_x, DRIFT_MEMORY * y + (1 - DRIFT_MEMORY) * new_y)
                for (x, y), (new_x, new_y) in zip(self.drift, offsets, strict=True)
            )
        return not moved and not self.is_over

    def _likeness(self, face: Face) -> float | None:
        if self.face.patch is None or face.patch is None:
            return None
        return stillness.likeness(self.face.patch, face.patch)

    @property
    def is_over(self) -> bool:
        return self.moved >= MOVED_MOST or _length(self.drift) > DRIFTED


class StandingFaces:
    """The places of one session at which a face still stands as it did."""

    def __init__(self, faces: Iterable[Face] = ()) -> None:
        self._places = [_Place(face, tuple((0.0, 0.0) for _ in _points(face))) for face in faces]

    def look(self, faces: Sequence[Face]) -> tuple[Face, ...]:
        """Of the faces seen in a picture those that only stand where they stood. A place in which none is found means
        nothing: somebody is before it, or the detector overlooks it."""
        free, at_rest = list(faces), []
        for place in self._places:
            here = _nearest(place.face, free)
            if here is None:
                continue
            beside = any(other is not here and _reaches(other.box, here.box) for other in faces[:1])
            if place.holds(here, beside=beside):
                at_rest.append(here)
                free.remove(here)
        self._places = [place for place in self._places if not place.is_over]
        return tuple(at_rest)

    def as_list(self) -> list[dict[str, Any]]:
        return [asdict(place) for place in self._places]

    @classmethod
    def from_list(cls, data: Iterable[Mapping[str, Any]]) -> StandingFaces:
        standing = cls()
        standing._places = [
            _Place(Face.from_dict(place["face"]), tuple((x, y) for x, y in place["drift"]), place["moved"])
            for place in data
        ]
        return standing


def _nearest(place: Face, faces: Iterable[Face]) -> Face | None:
    """The one of them that is in the same place."""
    best = max(faces, key=lambda face: place.box.overlap(face.box), default=None)
    return best if best is not None and place.box.overlap(best.box) >= SAME_PLACE else None


def _points(face: Face) -> Points:
    box = face.box
    return face.keypoints or ((box.x, box.y), (box.x + box.width, box.y + box.height))


def _offsets(place: Face, face: Face) -> Points:
    """From each point of ``place`` to that of ``face``, in widths and heights of the former's box."""
    width, height = place.box.width or 1.0, place.box.height or 1.0
    return tuple(
        ((x - from_x) / width, (y - from_y) / height)
        for (from_x, from_y), (x, y) in zip(_points(place), _points(face), strict=True)
    )


def _length(offsets: Points) -> float:
    return fmean(hypot(x, y) for x, y in offsets)


def _middle(faces: Sequence[Face]) -> Face:
    names = ("x", "y", "width", "height", "score")
    box = Box(**{name: median(getattr(face.box, name) for face in faces) for name in names})
    points = zip(*(face.keypoints for face in faces), strict=True)
    return Face(box, tuple((median(x for x, _ in seen), median(y for _, y in seen)) for seen in points), faces[0].far)


def _reaches(candidate: Box, box: Box) -> bool:
    margin = HIDES_BESIDE * candidate.width
    across = candidate.x - margin < box.x + box.width and box.x < candidate.x + candidate.width + margin
    down = candidate.y - candidate.height * HIDES_BESIDE < box.y + box.height
    return across and down and box.y < candidate.y + candidate.height * (1 + HIDES_BESIDE)
