"""What one picture says about each condition: true, false or unknown.

No face found, and what the picture's quality makes of it:

- *Nothing can be seen at all* (the lens is covered, or the picture is black): nobody is in view, so ``NO_FACE`` is
  true; its sentence and the environment ledger say that the camera showed nothing.
- *Merely dark or blurred*: somebody may sit there unseen, so it is unknown.
- Otherwise nobody is there.

A face turned so far that it is lost right after it was turned is away, not absent, for ``LOST_WHILE_TURNED_SECONDS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from proctoring.observation import Observation
from proctoring.risk.calibration import Calibration
from proctoring.risk.gaze import Gaze, judge
from proctoring.risk.policy import (
    BLURRED,
    COVERED,
    LOOKING_AWAY,
    MULTIPLE_FACES,
    NO_FACE,
    PHONE_DETECTED,
    TOO_DARK,
    Policy,
)

# Mean luma below which nothing at all can be made out: black with a little noise. Vision calls a picture dark below 15
# (proctoring.vision.quality), where some faces are still found, so between the two a face not found is unknown.
BLACK_BRIGHTNESS = 6.0
LOST_WHILE_TURNED_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Reading:
    """``conditions`` by name, and for each the values that decided. ``turned``: the head itself is turned away;
    ``settled``: head and eyes are well within the limits."""

    conditions: Mapping[str, bool | None]
    measured: Mapping[str, dict[str, Any]]
    turned: bool
    settled: bool = False


def read(
    observation: Observation,
    *,
    neutral: Calibration | None,
    policy: Policy,
    seconds_since_turned: float | None,
) -> Reading:
    """Judge one picture. ``neutral`` is ``None`` while it is not known; ``seconds_since_turned`` counts from the newest
    picture with the head turned away, ``None`` without one."""
    lost_while_turned = seconds_since_turned is not None and seconds_since_turned <= LOST_WHILE_TURNED_SECONDS
    seen = _is_anything_seen(observation)
    gaze = _gaze(observation, neutral=neutral, policy=policy, lost_while_turned=lost_while_turned and seen)
    quality = observation.quality
    phones = observation.phones
    return Reading(
        conditions={
            NO_FACE: _no_face(observation, lost_while_turned=lost_while_turned and seen),
            MULTIPLE_FACES: _multiple_faces(observation),
            LOOKING_AWAY: gaze.away,
            PHONE_DETECTED: None if phones is None else bool(phones),
            TOO_DARK: quality.dark,
            BLURRED: quality.blurred,
            COVERED: quality.covered,
        },
        measured=_measured(observation, gaze),
        turned=gaze.turned,
        settled=gaze.settled,
    )


def is_black(observation: Observation) -> bool:
    return observation.quality.brightness < BLACK_BRIGHTNESS


def _is_anything_seen(observation: Observation) -> bool:
    return not (observation.quality.covered or is_black(observation))


def _is_poor(observation: Observation) -> bool:
    return observation.quality.dark or observation.quality.blurred


def _no_face(observation: Observation, *, lost_while_turned: bool) -> bool | None:
    if observation.faces is None:
        return None
    if observation.faces:
        return False
    if not _is_anything_seen(observation):
        return True
    return None if _is_poor(observation) or lost_while_turned else True


def _multiple_faces(observation: Observation) -> bool | None:
    if observation.faces is None:
        return None
    if len(observation.faces) > 1:
        return True
    # In a poor picture the second face may be there unseen.
    return None if _is_poor(observation) and _is_anything_seen(observation) else False


def _gaze(observation: Observation, *, neutral: Calibration | None, policy: Policy, lost_while_turned: bool) -> Gaze:
    unknown = Gaze(None, None, False, {})
    if observation.faces is None or _is_poor(observation) or neutral is None:
        return unknown
    if observation.faces and observation.pose is not None:
        gaze = judge(pose=observation.pose, eyes=observation.eyes, neutral=neutral, policy=policy)
        # Still found, but turned so far that the mesh is lost: its coarse pose alone would leave it open.
        aside = abs(observation.pose.yaw - neutral.yaw) > policy.away_yaw_degrees
        if gaze.away is None and lost_while_turned and aside:
            return replace(gaze, away=True, cause="face_lost_while_turned")
        return gaze
    if lost_while_turned:
        return Gaze(True, "face_lost_while_turned", False, {})
    return unknown


def _measured(observation: Observation, gaze: Gaze) -> dict[str, dict[str, Any]]:
    quality = asdict(observation.quality)
    faces = [_rounded(asdict(face.box)) for face in observation.faces or ()]
    phones = [_rounded(asdict(box)) for box in sorted(observation.phones or (), key=lambda box: -box.score)]
    return {
        NO_FACE: {"face_count": observation.face_count, "quality": _rounded(quality), "black": is_black(observation)},
        MULTIPLE_FACES: {"face_count": observation.face_count, "boxes": faces},
        LOOKING_AWAY: {"cause": gaze.cause, **gaze.measured},
        PHONE_DETECTED: {"phones": phones},
        TOO_DARK: _rounded(quality),
        BLURRED: _rounded(quality),
        COVERED: _rounded(quality),
    }


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in values.items()}
