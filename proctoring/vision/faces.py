"""How many faces are in view, and where: MediaPipe's two detection networks and what it takes to believe them.

The short-range network (99.3 % of 1,616 faces of seven groups) looks at every picture, the full-range one, which sees
people farther away and costs three times as much, where it is asked for and wherever the first found nobody.
"""

from __future__ import annotations

from dataclasses import replace

from proctoring.observation import Box, Face, ModelRef
from proctoring.vision import model_files
from proctoring.vision.arrays import Rgb
from proctoring.vision.face_network import FULL_RANGE, SHORT_RANGE, FaceNetwork, Model, Window, whole
from proctoring.vision.model_files import ModelUnavailable, in_mediapipe

# Measured by `manage.py evaluate groups` and on the clips. Taken plainly, the detector's first look finds 93 % of 1,778
# portraits that fill their picture, and a face in 11 of 200 garments and tools. With the looks below it is 99.5 %, and
# 0.4 % of 2,700 pictures without anybody (docs/accuracy.md has the groups), while every face of the clips stays, down
# to 0.50 on people far away in a dim room, and a hand before a patterned shirt, a wallet or a phone is never a second
# face.
MIN_SCORE = 0.5  # the detector's own floor: asked for less, it returns the same
SURE_SCORE = 0.84  # one false face of these pictures is surer (0.88)
# Enlarged, true faces score alike whatever the margin, false ones now high, now nothing.
_SECOND_LOOK_MARGINS = (0.5, 0.25, 1.0)  # of the face's larger side, on each side
SURE_SECOND_SCORE = 0.8  # the first enlarged look is enough when it is this sure, as most of true faces are
# Mean of the enlarged looks. At 0.65 there would be half as many false faces again, at 0.72 true ones are lost.
SECOND_LOOK_SCORE = 0.68
# A face that fills the picture is cut off by it, so true ones score less; false ones are rarely so large.
LARGE_FACE = 0.6  # of the picture's width
# The second best of the enlarged looks. An arm before the camera reaches 0.55; from 0.6 on, faces of dark skin that are
# cut off are lost more often than others.
LARGE_FACE_SCORE = 0.57
# The detector overlooks faces that fill what it is shown: one in fourteen portraits. In a black frame it sees them.
_FRAME_MARGINS = (0.25, 0.5)  # of the picture's larger side, on each side
_SAME_FACE_IOU = 0.3
# People far away, down to four fifths of the narrowest face of `walking_in`. Those who work behind the candidate of
# `head_turns` are 0.04 wide. Of 2,672 pictures of rooms and things the far look found a face in 34 more, all but one (a
# figure printed on a stocking) a person's.
FAR_WIDTHS = (0.065, 0.2)  # of the picture's width
FAR_SCORE = 0.6  # min_score_thresh of face_detection_full_range.pbtxt
FAR_SECOND_LOOK_SCORE = 0.66  # mean of the enlarged looks
_WHOLE = Box(0.0, 0.0, 1.0, 1.0)


class FaceDetector:
    """Finds every face. Raises :class:`~proctoring.vision.model_files.ModelUnavailable` with the reason."""

    def __init__(self) -> None:
        self.model: ModelRef = model_files.reference(in_mediapipe(SHORT_RANGE.file), in_mediapipe(FULL_RANGE.file))
        self._near, self._far = _network(SHORT_RANGE), _network(FULL_RANGE)

    def detect(self, picture: Rgb, *, far: bool = True) -> tuple[Face, ...]:
        """All faces in an RGB picture (height, width, 3), the largest first; boxes may reach beyond the picture.

        A face the detector is unsure of is looked at again, enlarged, and dropped unless those looks are surer: hands,
        wallets and printed shirts pass the first look with scores up to 0.88. A picture in which nothing was found is
        looked at again in a black frame, for a face that fills it. ``far``: look for people far away as well, which a
        picture without a near face is looked at for in any case.
        """
        faces = [face for face in self.look(picture) if self._holds(picture, face)]
        if far or not faces:
            faces += self._far_away(picture, faces)
        if not faces:
            faces = self._filling(picture)
        return tuple(sorted(_distinct(faces), key=lambda face: _clipped(face.box).area, reverse=True))

    def look(self, picture: Rgb, window: Window | None = None) -> list[Face]:
        """What one plain look finds in a window of the picture, or in all of it, the surest first."""
        return self._near.look(picture, window or whole(picture), least=MIN_SCORE)

    def _far_away(self, picture: Rgb, near: list[Face]) -> list[Face]:
        """Faces that are small in the picture, but those already found ``near``."""
        return [
            replace(face, far=True)
            for face in self._far.look(picture, whole(picture), least=FAR_SCORE)
            if FAR_WIDTHS[0] <= face.box.width <= FAR_WIDTHS[1]
            and not any(_is_part_of(face.box, other.box) for other in near)
            and self._holds_enlarged(picture, face, least=FAR_SECOND_LOOK_SCORE)
        ]

    def _filling(self, picture: Rgb) -> list[Face]:
        for margin in _FRAME_MARGINS:
            found = self.look(picture, around(picture, _WHOLE, margin=margin))
            faces = [face for face in found if face.box.width >= LARGE_FACE and self._holds(picture, face)]
            if faces:
                return faces
        return []

    def _holds(self, picture: Rgb, face: Face) -> bool:
        return face.box.score >= SURE_SCORE or self._holds_enlarged(picture, face, least=SECOND_LOOK_SCORE)

    def _holds_enlarged(self, picture: Rgb, face: Face, *, least: float) -> bool:
        first, *others = _SECOND_LOOK_MARGINS
        scores = [self._score_enlarged(picture, face, margin=first)]
        if scores[0] >= SURE_SECOND_SCORE:
            return True
        scores += [self._score_enlarged(picture, face, margin=margin) for margin in others]
        if face.box.width >= LARGE_FACE:
            return sorted(scores)[-2] >= LARGE_FACE_SCORE
        return sum(scores) / len(scores) >= least

    def _score_enlarged(self, picture: Rgb, face: Face, *, margin: float) -> float:
        """Of the same face in a part of the picture around it; 0 when it is not found there."""
        again = self.look(picture, around(picture, face.box, margin=margin))
        return max((one.box.score for one in again if _centre_lies_in(one.box, face.box)), default=0.0)


def around(picture: Rgb, box: Box, *, margin: float) -> Window:
    """A square of whole pixels around ``box``. ``margin`` in larger sides of the box, on each side.

    The black border where it reaches beyond the picture matters: the detector misses faces that fill the whole of what
    it is shown.
    """
    height, width = picture.shape[:2]
    reach = max(1, round(max(box.width * width, box.height * height) * (0.5 + margin)))
    left = round((box.x + box.width / 2) * width) - reach
    top = round((box.y + box.height / 2) * height) - reach
    return Window(left, top, 2 * reach)


def inside(face: Face) -> Face:
    """The face with the part of its box that lies in the picture."""
    return replace(face, box=_clipped(face.box))


def _distinct(faces: list[Face]) -> list[Face]:
    """One box a face: of two that overlap, the surer."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: face.box.score, reverse=True):
        if all(face.box.overlap(other.box) < _SAME_FACE_IOU for other in kept):
            kept.append(face)
    return kept


def _clipped(box: Box) -> Box:
    """The part of the box inside the picture."""
    left, top = max(0.0, box.x), max(0.0, box.y)
    right, bottom = min(1.0, box.x + box.width), min(1.0, box.y + box.height)
    return Box(left, top, max(0.0, right - left), max(0.0, bottom - top), box.score)


def _centre_lies_in(box: Box, other: Box) -> bool:
    x, y = box.x + box.width / 2, box.y + box.height / 2
    return other.x <= x <= other.x + other.width and other.y <= y <= other.y + other.height


def _is_part_of(box: Box, other: Box) -> bool:
    """The networks' boxes of one face differ in size, so that their overlap alone does not tell."""
    return box.overlap(other) >= _SAME_FACE_IOU or _centre_lies_in(box, other)


def _network(model: Model) -> FaceNetwork:
    path = in_mediapipe(model.file)
    try:
        return FaceNetwork(path, model)
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelUnavailable(f"{path}: OpenVINO cannot load it ({' '.join(str(error).split())[:200]}).") from error
