"""What the detectors saw in one picture: the one value that crosses from vision to risk.

All coordinates are relative to the picture (0 to 1, origin top left, x to the right, y down), so no later
stage needs to know its size. "Left" and "right" always mean the picture's, never the person's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import IntFlag
from typing import Any


class Looks(IntFlag):
    """What costs too much to look for in every picture: phones, and the faces of people far from the camera."""

    NONE = 0
    PHONE = 1
    FAR_FACES = 2
    ALL = PHONE | FAR_FACES


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-parallel box: top-left corner, width and height, and the detector's score from 0 to 1."""

    x: float
    y: float
    width: float
    height: float
    score: float = 1.0

    @property
    def area(self) -> float:
        return self.width * self.height

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        shared = max(width, 0.0) * max(height, 0.0)
        union = self.area + other.area - shared
        return shared / union if union > 0 else 0.0  # sides may be so small that nothing is left of their product


@dataclass(frozen=True, slots=True)
class Patch:
    """What lies in the middle of a face's box, coarse and grey: whether anything in it stirs.

    It lies on a grid over the picture, 160 square cells wide, ``column`` and ``row`` being those of its upper left
    corner. ``grey``: mean luma (0 to 255), base64 of a byte each for squares of ``side`` × ``side`` cells, ``columns``
    in a row, row by row.
    """

    column: int
    row: int
    columns: int
    grey: str
    side: int = 1


@dataclass(frozen=True, slots=True)
class Face:
    """One face. ``keypoints``: right eye, left eye, nose tip, mouth, right ear, left ear (the person's), as (x, y).
    ``far``: only the look for people far away shows it. ``patch``: of faces other than the largest."""

    box: Box
    keypoints: tuple[tuple[float, float], ...] = ()
    far: bool = False
    patch: Patch | None = field(default=None, compare=False, repr=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Face:
        """The reverse of ``dataclasses.asdict``; raises KeyError or TypeError on anything else."""
        points = tuple((x, y) for x, y in data["keypoints"])
        patch = data.get("patch")  # a worker of an older version sends none, and an older state has none
        return cls(Box(**data["box"]), points, data.get("far", False), None if patch is None else Patch(**patch))


@dataclass(frozen=True, slots=True)
class HeadPose:
    """Degrees. Yaw is positive when the nose points to the picture's right, pitch when it points up, roll when
    the head leans to the picture's right. ``source`` says what it was measured from: "mesh" or "keypoints" (coarse);
    "stands" is a mesh's answer to an earlier picture, in which the face looked the same (:class:`Measured`).
    """

    yaw: float
    pitch: float
    roll: float
    source: str = "mesh"


@dataclass(frozen=True, slots=True)
class Eyes:
    """Where the irises stand between the corners of the eyes, mean of both eyes.

    ``horizontal``: 0 at the picture's left corner, 1 at its right one. ``vertical``: signed height of the iris over
    the line between the corners, in eye widths, positive up. ``openness``: distance between the lids in eye widths.
    """

    horizontal: float
    vertical: float
    openness: float


@dataclass(frozen=True, slots=True)
class Glance:
    """How a face looks, to tell whether it still does: the keypoints' coarse pose, and what lies around the person's
    right and left eye as base64 (see :mod:`proctoring.vision.glance`, which alone can read it)."""

    pose: HeadPose
    eyes: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Measured:
    """What the mesh measured in an earlier picture, and how the face looked there. It stands while the face does."""

    pose: HeadPose
    eyes: Eyes
    glance: Glance

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Measured:
        """The reverse of ``dataclasses.asdict``; raises KeyError or TypeError on anything else."""
        return cls(HeadPose(**data["pose"]), Eyes(**data["eyes"]), _glance(data["glance"]))


@dataclass(frozen=True, slots=True)
class Quality:
    """``brightness`` and ``contrast`` are mean and standard deviation of luma (0 to 255), ``sharpness`` the variance of
    its Laplacian. The three flags are the judgement made from them."""

    brightness: float
    contrast: float
    sharpness: float
    dark: bool = False
    blurred: bool = False
    covered: bool = False


@dataclass(frozen=True, slots=True)
class ModelRef:
    """Which file did the looking: its name and the SHA-256 of its bytes (hex)."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything seen in one picture.

    ``faces`` is ``None`` when nobody looked (detector off), ``phones`` is ``None`` when nobody looked in this picture.
    ``faint_phones``: what the detector is less sure of, which counts only where a phone has just been seen
    (:mod:`proctoring.risk.followed`).
    ``looked_far``: people far away were looked for as well.
    ``pose`` and ``eyes`` belong to the candidate's face, which is ``faces[0]`` (the largest); ``glance`` is for when it
    is the only one. ``timings`` holds CPU milliseconds by stage ("decode", "quality", "faces", "glance", "mesh",
    "phone"). ``fingerprint`` (see :mod:`proctoring.vision.fingerprint`) tells whether the same picture comes again; ""
    when there is nothing to tell.
    """

    width: int
    height: int
    quality: Quality
    faces: tuple[Face, ...] | None = None
    pose: HeadPose | None = None
    eyes: Eyes | None = None
    phones: tuple[Box, ...] | None = None
    faint_phones: tuple[Box, ...] = ()
    glance: Glance | None = None
    fingerprint: str = ""
    looked_far: bool = True
    models: Mapping[str, ModelRef] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)

    @property
    def face_count(self) -> int | None:
        return None if self.faces is None else len(self.faces)

    @property
    def measured(self) -> Measured | None:
        """What may stand for later pictures; None where the mesh did not measure the only face, eyes and all."""
        if self.glance is None or self.eyes is None or self.pose is None or self.pose.source != "mesh":
            return None
        return Measured(self.pose, self.eyes, self.glance)

    def as_dict(self) -> dict[str, Any]:
        """Plain lists and dicts, ready for ``json.dumps``."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Observation:
        """The reverse of :meth:`as_dict`; raises KeyError or TypeError on anything else."""
        faces = data["faces"]
        phones = data["phones"]
        return cls(
            width=data["width"],
            height=data["height"],
            quality=Quality(**data["quality"]),
            faces=None if faces is None else tuple(Face.from_dict(face) for face in faces),
            pose=None if data["pose"] is None else HeadPose(**data["pose"]),
            eyes=None if data["eyes"] is None else Eyes(**data["eyes"]),
            phones=None if phones is None else tuple(Box(**box) for box in phones),
            faint_phones=tuple(Box(**box) for box in data.get("faint_phones", ())),  # an older worker sends none
            glance=None if data.get("glance") is None else _glance(data["glance"]),
            fingerprint=data.get("fingerprint", ""),  # a worker of an older version sends neither this nor the next
            looked_far=data.get("looked_far", False),
            models={stage: ModelRef(**ref) for stage, ref in dict(data["models"]).items()},
            timings=dict(data["timings"]),
        )


def _glance(data: Mapping[str, Any]) -> Glance:
    one, other = data["eyes"]
    return Glance(HeadPose(**data["pose"]), (one, other))
