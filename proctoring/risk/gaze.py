"""Whether the candidate looks away from the screen, relative to their own neutral.

Turned aside or up counts. Down does not: reading, writing and typing are honest, and a phone on the lap is the phone
detector's to find. All figures below are from the clips that ``tests/clips`` plays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from proctoring.observation import Eyes, HeadPose
from proctoring.risk.calibration import Calibration
from proctoring.risk.policy import Policy

# The detector's six keypoints give yaw only coarsely, and only where the mesh found no hold: on a far-turned face.
KEYPOINT_FACTOR = 1.4
# The calibrated spread is about the way to the screen's edge; half as far again is beyond it.
EYES_SPREADS = 1.5
# Reading and writing on the desk moves the irises aside as well, but down too: by 0.015 to 0.035 of the eye's width in
# `reading_down`, where eyes turned aside in `eyes_center_*` went up by 0.006 to 0.038.
LOWERED_EYES = 0.015
# Head beyond this to one side and eyes to the other: they look back at the screen.
COUNTER_TURN_DEGREES = 8.0
# Lids nearer than this share of the neutral opening: lowered over a look downwards, or a blink, which is flicker.
LIDS_DOWN_SHARE = 0.6
LOWERED_HEAD_DEGREES = 10.0
# A head bent this far reads or writes; a sheet beside the keyboard may be further aside than the screen's edge. In
# `head_turns` the man looks down 22 to 28 degrees and 22 to 29 aside for a second that is labelled as not turned.
BENT_HEAD_DEGREES = 15.0
BENT_FACTOR = 1.4
# How far within the limits a measured face must be for a mere glance to follow it: more than a glance overlooks
# (proctoring.vision.glance).
SETTLED_DEGREES = 8.0
SETTLED_EYES = 0.8

Cause = Literal["head_aside", "head_up", "eyes_aside", "eyes_up", "face_lost_while_turned"]


@dataclass(frozen=True, slots=True)
class Gaze:
    """``away`` is ``None`` when it can't be told. ``turned``: the head itself is away, so the face may be lost next.
    ``settled``: measured and so far within every limit that a little more would not be away either."""

    away: bool | None
    cause: Cause | None
    turned: bool
    measured: dict[str, Any]
    settled: bool = False


def judge(*, pose: HeadPose, eyes: Eyes | None, neutral: Calibration, policy: Policy) -> Gaze:
    """Head first, then the eyes, each against the neutral; degrees and shares of the eye's width."""
    yaw, pitch = pose.yaw - neutral.yaw, pose.pitch - neutral.pitch
    mesh = pose.source != "keypoints"
    yaw_limit = policy.away_yaw_degrees
    if not mesh:
        yaw_limit *= KEYPOINT_FACTOR
    elif pitch < -BENT_HEAD_DEGREES:
        yaw_limit *= BENT_FACTOR
    eyes_limit = max(policy.away_eyes, EYES_SPREADS * neutral.horizontal_spread)
    eyes_up_limit = max(policy.away_eyes, EYES_SPREADS * neutral.vertical_spread)
    measured: dict[str, Any] = {
        "yaw_from_neutral": round(yaw, 1),
        "yaw_limit": round(yaw_limit, 1),
        "pitch_from_neutral": round(pitch, 1),
        "pitch_limit": round(policy.away_pitch_degrees, 1),
        "pose_source": pose.source,
        "neutral": {"yaw": round(neutral.yaw, 1), "pitch": round(neutral.pitch, 1)},
    }
    if eyes is not None:
        measured |= {
            "eyes_horizontal_from_neutral": round(eyes.horizontal - neutral.horizontal, 3),
            "eyes_horizontal_limit": round(eyes_limit, 3),
            "eyes_vertical_from_neutral": round(eyes.vertical - neutral.vertical, 3),
            "eyes_vertical_limit": round(eyes_up_limit, 3),
            "eyes_openness": round(eyes.openness, 3),
        }
        measured["neutral"] |= {
            "eyes_horizontal": round(neutral.horizontal, 3),
            "eyes_vertical": round(neutral.vertical, 3),
            "eyes_openness": round(neutral.openness, 3),
        }
    if abs(yaw) > yaw_limit:
        return Gaze(True, "head_aside", True, measured)
    if mesh and pitch > policy.away_pitch_degrees:
        return Gaze(True, "head_up", True, measured)
    if not mesh:
        # Within the coarse limits one can't tell where an unmeasured face looks.
        return Gaze(None, None, False, measured)
    if eyes is None:
        return Gaze(None, None, False, measured)
    cause = _eyes_away(eyes, yaw=yaw, pitch=pitch, neutral=neutral, limit=eyes_limit, up_limit=eyes_up_limit)
    settled = (
        cause is None
        and abs(yaw) <= yaw_limit - SETTLED_DEGREES
        and pitch <= policy.away_pitch_degrees - SETTLED_DEGREES
        and abs(eyes.horizontal - neutral.horizontal) <= SETTLED_EYES * eyes_limit
        and eyes.vertical - neutral.vertical <= SETTLED_EYES * eyes_up_limit
    )
    return Gaze(cause is not None, cause, False, measured, settled)


def _eyes_away(
    eyes: Eyes, *, yaw: float, pitch: float, neutral: Calibration, limit: float, up_limit: float
) -> Cause | None:
    aside, up = eyes.horizontal - neutral.horizontal, eyes.vertical - neutral.vertical
    lids_down = eyes.openness < LIDS_DOWN_SHARE * neutral.openness
    lowered = lids_down or pitch < -LOWERED_HEAD_DEGREES or up < -LOWERED_EYES
    looks_back = abs(yaw) > COUNTER_TURN_DEGREES and (yaw > 0) != (aside > 0)
    if abs(aside) > limit and not lowered and not looks_back:
        return "eyes_aside"
    if up > up_limit and not lowered:
        return "eyes_up"
    return None
