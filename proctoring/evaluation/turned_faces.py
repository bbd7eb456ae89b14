"""Real frontal faces, each turned by known angles: pictures whose change of pose against the unturned one is exact.

How a head is turned is in :mod:`proctoring.evaluation.head_surface`. What is drawn is only as true as its mean depth;
light, eyes and the sides that the camera did not see do not follow. Pictures of people who really turned, with their
angles measured, count for more wherever there are any.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from proctoring.evaluation.groups import GROUPINGS
from proctoring.evaluation.head_surface import facing, head_surface
from proctoring.evaluation.looking import MAX_BYTES, picture_of, pictures_in, read_rows
from proctoring.evaluation.progress import Progress
from proctoring.evaluation.rendering import redraw
from proctoring.evaluation.report import NotMeasurable
from proctoring.replay.clips import encode
from proctoring.vision.arrays import Landmarks, Rgb
from proctoring.vision.face_mesh import FaceMesh
from proctoring.vision.faces import FaceDetector
from proctoring.vision.frame import BadFrame, decode
from proctoring.vision.head_pose import from_keypoints
from proctoring.vision.model_files import ModelUnavailable

YAWS = (15, 30, 45, 60, 75)  # each to both sides
PITCHES = (-15, 15)
FRONTAL_DEGREES = 10.0  # by the six points and by how the mean face fits: neither looks at the mesh's depth
LIST_NAME = "poses.csv"
# Around the middle of the face, in heights of the face (forehead to chin): room for a head turned to either side.
_ROOM_ASIDE, _ROOM_UP = 1.1, 1.0
_SOFT = 12.0  # what is beyond the picture's edge is its edge, blurred by a twelfth of the face
_FOREHEAD, _CHIN = 10, 152
_CROWN = 0.2  # of the face's height lies at least above the forehead's landmark where the whole head is in the picture
_TALLEST = 140.0  # pixels from forehead to chin, about as at a webcam; larger faces are shrunk, which saves time


@dataclass(frozen=True, slots=True)
class Sitter:
    """Somebody photographed from the front, with ``groups`` (race, gender and age, as far as the list tells them)."""

    path: Path
    groups: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.path.stem


@dataclass(frozen=True, slots=True)
class Turned:
    """One drawn picture: by how many degrees it is turned against the sitter's own, in the signs of HeadPose."""

    sitter: Sitter
    yaw: float
    pitch: float
    picture: Rgb

    @property
    def file(self) -> str:
        return f"{self.sitter.name}_yaw{self.yaw:+.0f}_pitch{self.pitch:+.0f}.jpg"


def angles(yaws: Sequence[float] = YAWS, pitches: Sequence[float] = PITCHES) -> list[tuple[float, float]]:
    """Yaw and pitch of a sitter's pictures: unturned, to both sides by each of ``yaws``, and each of ``pitches``."""
    aside = [(side * yaw, 0.0) for yaw in yaws for side in (-1.0, 1.0)]
    return [(0.0, 0.0), *aside, *((0.0, float(pitch)) for pitch in pitches)]


def listed(source: Path) -> list[Sitter]:
    """Everybody in a folder of JPEGs or in a CSV with a column ``file``. Raises NotMeasurable."""
    if source.is_dir():
        sitters = [Sitter(path, {}) for path in pictures_in(source)]
        if not sitters:
            raise NotMeasurable(f"There is no JPEG in {source}.")
        return sitters
    rows = read_rows(source, ("file",))
    return [Sitter(picture_of(row, source), {name: row[name] for name in GROUPINGS if name in row}) for row in rows]


class Turner:
    """Finds who sits frontally and turns their heads. Raises NotMeasurable when faces or mesh cannot be loaded."""

    def __init__(self) -> None:
        try:
            self._faces = FaceDetector()
            self._mesh = FaceMesh(self._faces)
        except ModelUnavailable as error:
            raise NotMeasurable(str(error)) from error

    def choose(
        self, sitters: Sequence[Sitter], *, people: int, seed: int, progress: Progress, whole_head: bool = False
    ) -> list[Sitter]:
        """Up to ``people`` frontal ones of each race (of all, where that is not known), drawn by ``seed``.

        ``whole_head``: only where the crown is in the picture. Raises NotMeasurable when there is nobody.
        """
        shuffled = list(sitters)
        random.Random(seed).shuffle(shuffled)
        waiting: dict[str, list[Sitter]] = defaultdict(list)
        for one in shuffled:
            waiting[one.groups.get("race", "")].append(one)
        chosen: list[Sitter] = []
        for _, group in progress.over(sorted(waiting.items()), "Groups looked through for frontal faces"):
            frontal = (one for one in group if self._landmarks(one, whole_head=whole_head) is not None)
            chosen += [one for one, _ in zip(frontal, range(people), strict=False)]
        if not chosen:
            raise NotMeasurable(f"None of the {len(sitters)} pictures shows one frontal face with all of it in view.")
        return chosen

    def turn(self, sitter: Sitter, by: Sequence[tuple[float, float]], *, depth: float = 1.0) -> Iterator[Turned]:
        """The sitter's picture for each yaw and pitch, with room for the turned head. Nothing for one not frontal.

        ``depth``: how deep the head is, in the mean face's.
        """
        found = self._landmarks(sitter)
        if found is None:
            return
        picture, landmarks = with_room(*found)
        surface = head_surface(landmarks, depth=depth)
        for yaw, pitch in by:
            placed = surface.turned(yaw=yaw, pitch=pitch)
            yield Turned(sitter, yaw, pitch, redraw(picture, surface.source, placed, surface.triangles))

    def _landmarks(self, sitter: Sitter, *, whole_head: bool = False) -> tuple[Rgb, Landmarks] | None:
        try:
            picture = decode(sitter.path.read_bytes(), max_bytes=MAX_BYTES)
        except (BadFrame, OSError):
            return None
        height, width = picture.shape[:2]
        faces = self._faces.detect(picture)
        pose = from_keypoints(faces[0], width=width, height=height) if len(faces) == 1 else None
        if pose is None or max(abs(pose.yaw), abs(pose.pitch)) > FRONTAL_DEGREES:
            return None
        landmarks = self._mesh.landmarks(picture, faces[0], alone=True)
        if landmarks is None or max(map(abs, facing(landmarks))) > FRONTAL_DEGREES:
            return None
        inside = (landmarks[:, :2].min(axis=0) >= 0).all() and (landmarks[:, :2].max(axis=0) < (width, height)).all()
        crown = landmarks[_FOREHEAD, 1] - _CROWN * _height(landmarks)
        return (picture, landmarks) if inside and not (whole_head and crown < 0) else None


def with_room(picture: Rgb, landmarks: Landmarks) -> tuple[Rgb, Landmarks]:
    """The picture, continued by its own edge, blurred, where a turned head would leave it; landmarks moved along.

    Faces taller than at a webcam are shrunk, and the landmarks with them.
    """
    shrink = min(1.0, _TALLEST / _height(landmarks))
    if shrink < 1.0:
        size = (round(picture.shape[1] * shrink), round(picture.shape[0] * shrink))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        landmarks = landmarks * shrink
    tall = _height(landmarks)
    middle, reach = landmarks[:, :2].mean(axis=0), tall * np.array([_ROOM_ASIDE, _ROOM_UP])
    height, width = picture.shape[:2]
    left, top = (int(pixels) for pixels in np.ceil(np.maximum(reach - middle, 0.0)))
    right, bottom = (int(pixels) for pixels in np.ceil(np.maximum(middle + reach - (width, height), 0.0)))
    wide = cv2.copyMakeBorder(picture, top, bottom, left, right, cv2.BORDER_REPLICATE)
    wide = cv2.GaussianBlur(wide, (0, 0), tall / _SOFT)
    wide[top : top + height, left : left + width] = picture
    moved = landmarks.copy()
    moved[:, :2] += (left, top)
    return np.asarray(wide, np.uint8), moved


def write(
    sitters: Sequence[Sitter],
    out: Path,
    turner: Turner,
    progress: Progress,
    *,
    by: Sequence[tuple[float, float]],
    depth: float = 1.0,
) -> Path:
    """JPEGs and the CSV that `evaluate head-pose` reads (file, yaw, pitch, person and groups); returns the CSV.

    Raises NotMeasurable when the folder holds anything or cannot be written to.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise NotMeasurable(f"{out} is not empty. Name a new folder, or empty it first.")
        groups = [name for name in GROUPINGS if all(name in one.groups for one in sitters)]
        with (out / LIST_NAME).open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["file", "yaw", "pitch", "person", *groups])
            for sitter in progress.over(sitters, "Faces turned"):
                for turned in turner.turn(sitter, by, depth=depth):
                    (out / turned.file).write_bytes(encode(turned.picture[..., ::-1]))
                    named = [sitter.groups[name] for name in groups]
                    rows.writerow([turned.file, f"{turned.yaw:g}", f"{turned.pitch:g}", sitter.name, *named])
    except OSError as error:
        raise NotMeasurable(f"{out} cannot be written to: {error.strerror or error}.") from error
    return out / LIST_NAME


def _height(landmarks: Landmarks) -> float:
    return float(np.linalg.norm(landmarks[_CHIN, :2] - landmarks[_FOREHEAD, :2]))
