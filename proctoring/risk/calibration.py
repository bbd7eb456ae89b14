"""The candidate's own neutral: where head and eyes point while looking at the screen, and how far that reaches.

Angles are degrees, eye measures shares of the eye's width, as in :mod:`proctoring.observation`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from statistics import median
from typing import Any

from proctoring.observation import Box, Face, Observation
from proctoring.risk.at_rest import AtRest, Resting
from proctoring.risk.faces_at_rest import still_faces
from proctoring.risk.standing import stood

# Ten seconds at the default two pictures a second give twenty; half of them must be usable.
MINIMUM_SAMPLES = 8
MINIMUM_SHARE = 0.5
# Eyes and head stay within about 10° while one looks at the corners of a screen; beyond this nobody looked at it.
MAXIMUM_YAW_SPREAD = 15.0

LEARNING_SECONDS = 15.0
LEARNING_ENDS_SECONDS = 60.0
LEARNING_INTERVAL = 0.5


class CalibrationFailed(ValueError):
    """``code``: "no_pictures", "no_face", "several_faces", "too_dark", "blurred", "covered", "too_few" or "unsteady".
    ``sentence`` tells the candidate what was wrong and what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


_SENTENCES = {
    "no_pictures": "No picture came from your camera. Please check that it is on, then try again.",
    "no_face": "We could not see your face. Please sit in front of the camera, then try again.",
    "several_faces": (
        "More than one face was in the picture. Please make sure that you are alone and that no picture of a face is "
        "near you, then try again."
    ),
    "too_dark": "The picture was too dark. Please switch on a light in front of you, then try again.",
    "blurred": "The picture was blurred. Please clean the camera or hold it still, then try again.",
    "covered": "The camera seems to be covered. Please uncover it, then try again.",
    "too_few": "We saw your face clearly for too short a time. Please look at every point, then try again.",
    "unsteady": "Your head turned away from the screen. Please look at the marked points only, then try again.",
}


@dataclass(frozen=True, slots=True)
class Calibration:
    """Medians of head and eyes, and their spreads: the median distance from the median.

    Looking at the centre and the four corners of the screen, four fifths of the pictures lie at its edges: so the
    spread is about the way from the centre of the screen to its edge, and one wild picture changes nothing.
    ``standing``: what looked like a phone and stood in the same place all the while; ``standing_faces``: faces beside
    the candidate's that did.
    """

    yaw: float
    pitch: float
    horizontal: float
    vertical: float
    openness: float
    yaw_spread: float
    pitch_spread: float
    horizontal_spread: float
    vertical_spread: float
    openness_spread: float
    samples: int
    standing: tuple[Box, ...] = ()
    standing_faces: tuple[Face, ...] = ()

    @property
    def resting(self) -> Resting:
        return Resting(self.standing, self.standing_faces)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Calibration:
        """Raises TypeError when ``data`` was not made by :meth:`as_dict`."""
        phones = tuple(Box(**box) for box in data.get("standing", ()))
        faces = tuple(map(Face.from_dict, data.get("standing_faces", ())))
        return cls(**{**data, "standing": phones, "standing_faces": faces})


Sample = tuple[float, float, float, float, float]


def calibrate(observations: Sequence[Observation]) -> Calibration:
    """The neutral from about ten seconds of looking at marked points. Raises :class:`CalibrationFailed`."""
    if not observations:
        raise _failed("no_pictures")
    at_rest = resting(observations)
    observations = _counted(observations, at_rest)
    problems = Counter(problem for problem in map(problem_of, observations) if problem is not None)
    if problems["several_faces"]:
        # One picture could be a mistake of the detector; two are a person.
        if problems["several_faces"] > 1:
            raise _failed("several_faces")
        del problems["several_faces"]
    samples = [sample for sample in map(sample_of, observations) if sample is not None]
    if len(samples) < max(MINIMUM_SAMPLES, MINIMUM_SHARE * len(observations)):
        raise _failed(problems.most_common(1)[0][0] if problems else "too_few")
    calibration = summarise(samples)
    if calibration.yaw_spread > MAXIMUM_YAW_SPREAD:
        raise _failed("unsteady")
    return replace(calibration, standing=at_rest.phones, standing_faces=at_rest.faces)


def resting(observations: Iterable[Observation]) -> Resting:
    """What stood in the same place in all of them: things like phones, faces beside the candidate's (the largest)."""
    every = list(observations)
    phones = stood(one.phones for one in every if one.phones is not None)
    return Resting(phones, still_faces(one.faces[1:] for one in every if one.faces is not None))


def usable(observations: Sequence[Observation]) -> int:
    """From how many of them something can be learned."""
    return sum(problem_of(one) is None for one in _counted(observations, resting(observations)))


def _counted(observations: Iterable[Observation], at_rest: Resting) -> list[Observation]:
    looks = AtRest(Resting(faces=at_rest.faces))
    return [looks.look(observation) for observation in observations]


def problem_of(observation: Observation) -> str | None:
    """Why nothing can be learned from this picture, as a code of :class:`CalibrationFailed`; ``None`` when it can."""
    quality = observation.quality
    found = (
        ("several_faces", (observation.face_count or 0) > 1),
        ("too_dark", quality.dark),
        ("covered", quality.covered),
        ("blurred", quality.blurred),
        ("no_face", not observation.faces),
        ("too_few", observation.eyes is None or observation.pose is None or observation.pose.source != "mesh"),
    )
    return next((code for code, holds in found if holds), None)


def sample_of(observation: Observation) -> Sample | None:
    """Yaw, pitch, eyes horizontal and vertical, openness; ``None`` when they were not measured well."""
    pose, eyes = observation.pose, observation.eyes
    if problem_of(observation) is not None or pose is None or eyes is None:
        return None
    return (pose.yaw, pose.pitch, eyes.horizontal, eyes.vertical, eyes.openness)


def summarise(samples: Iterable[Sample]) -> Calibration:
    """Median and median absolute deviation of each measure; needs at least one sample."""
    columns = list(zip(*samples, strict=True))
    middles = [median(column) for column in columns]
    spreads = [median(abs(value - middle) for value in column) for column, middle in zip(columns, middles, strict=True)]
    names = [measure.name for measure in fields(Calibration) if not measure.name.startswith("standing")]
    return Calibration.from_dict(dict(zip(names, (*middles, *spreads, len(columns[0])), strict=True)))


def _failed(code: str) -> CalibrationFailed:
    return CalibrationFailed(code, _SENTENCES[code])


@dataclass(slots=True)
class Learner:
    """Learns the neutral of a session that was not calibrated, from its own first minute.

    Nothing is assumed before 15 s of pictures with exactly one well-seen face; from then on the neutral is that of all
    of them, until it stays as it is after a minute.
    """

    samples: list[Sample] = field(default_factory=list)
    first_at: float | None = None
    newest_at: float | None = None
    finished: bool = False
    learned: Calibration | None = None

    def learn(self, time: float, observation: Observation) -> None:
        if self.finished:
            return
        sample = sample_of(observation)
        if sample is None or (self.newest_at is not None and time - self.newest_at < LEARNING_INTERVAL):
            return
        if self.first_at is None:
            self.first_at = time
        self.newest_at = time
        self.samples.append(sample)
        span = time - self.first_at
        if span >= LEARNING_SECONDS and len(self.samples) >= MINIMUM_SAMPLES:
            self.learned = summarise(self.samples)
            if span >= LEARNING_ENDS_SECONDS:
                self.finished, self.samples = True, []

    def as_dict(self) -> dict[str, Any]:
        return {
            "samples": [list(sample) for sample in self.samples],
            "first_at": self.first_at,
            "newest_at": self.newest_at,
            "finished": self.finished,
            "learned": None if self.learned is None else self.learned.as_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Learner:
        learned = data["learned"]
        return cls(
            samples=[(a, b, c, d, e) for a, b, c, d, e in data["samples"]],
            first_at=data["first_at"],
            newest_at=data["newest_at"],
            finished=data["finished"],
            learned=None if learned is None else Calibration.from_dict(learned),
        )
