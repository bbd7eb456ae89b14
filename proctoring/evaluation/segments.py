"""Segments of 2 s, each with the truth and a score, and how many are found at a given share of false alarms.

The score says by how much the product's own limits could be widened with the condition still reading true in half of
the segment's pictures; so the shares show what other limits would give, not only the ones in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from proctoring.evaluation.labelled import LabelledClip
from proctoring.evaluation.playing import neutral_of
from proctoring.observation import Observation
from proctoring.risk.calibration import Calibration
from proctoring.risk.gaze import judge
from proctoring.risk.policy import LOOKING_AWAY, MULTIPLE_FACES, PHONE_DETECTED, Policy

SECONDS = 2.0
STEP = 0.5  # segments overlap, or a dozen clips would give too few
FALSE_ALARMS = (0.01, 0.02, 0.05)
EVENTS = (LOOKING_AWAY, MULTIPLE_FACES, PHONE_DETECTED)
# By how much the limits are widened, from a fifth to four times.
_FACTORS = tuple(1.05**power for power in range(-33, 29))


@dataclass(frozen=True, slots=True)
class Segment:
    clip: str
    start: float
    positive: bool
    score: float


def segments(clip: LabelledClip, observations: Sequence[Observation], event: str) -> list[Segment]:
    """Positive where the label covers at least half of it, negative where nothing is labelled or unsure; the rest is
    left out. A still is one segment."""
    neutral = neutral_of(clip, observations)
    if event == LOOKING_AWAY and neutral is None:
        return []
    scores = [score(one, event, neutral) for one in observations]
    if clip.still:
        spans = [(0.0, clip.seconds)]
    else:
        spans = [(STEP * n, STEP * n + SECONDS) for n in range(int((clip.seconds - SECONDS) / STEP + 1e-6) + 1)]
    found = []
    for start, end in spans:
        truth = truth_of(clip, event, start, end)
        if truth is not None:
            within = scores[round(start * clip.fps) : max(round(start * clip.fps) + 1, round(end * clip.fps))]
            found.append(Segment(clip.name, start, truth, median(within)))
    return found


def truth_of(clip: LabelledClip, event: str, start: float, end: float) -> bool | None:
    labelled = sum(span.overlap(start, end) for span in clip.labelled(event))
    if labelled >= (end - start) / 2:
        return True
    if labelled > 0 or any(span.event == event and span.overlap(start, end) > 0 for span in clip.unsure):
        return None
    return False


def score(seen: Observation, event: str, neutral: Calibration | None) -> float:
    """0 when nothing speaks for the event. Faces and phones: the detector's score; looking away: the widest factor."""
    if event == PHONE_DETECTED:
        return max((box.score for box in seen.phones or ()), default=0.0)
    if event == MULTIPLE_FACES:
        scores = sorted((face.box.score for face in seen.faces or ()), reverse=True)
        return scores[1] if len(scores) > 1 else 0.0
    if neutral is None or not seen.faces or seen.pose is None:
        return 0.0
    for factor in reversed(_FACTORS):
        if judge(pose=seen.pose, eyes=seen.eyes, neutral=_widened(neutral, factor), policy=_policy(factor)).away:
            return factor
    return 0.0


def found_at(found: Sequence[Segment], rate: float) -> tuple[int, int, int]:
    """Positives found, positives, and negatives falsely alarmed, at the lowest limit with at most ``rate`` of those."""
    positives = [one.score for one in found if one.positive]
    negatives = sorted((one.score for one in found if not one.positive), reverse=True)
    allowed = int(rate * len(negatives) + 1e-9)
    limit = max(0.0, negatives[allowed]) if allowed < len(negatives) else 0.0
    return sum(one > limit for one in positives), len(positives), sum(one > limit for one in negatives)


def _policy(factor: float) -> Policy:
    usual = Policy()
    return replace(
        usual,
        away_yaw_degrees=usual.away_yaw_degrees * factor,
        away_pitch_degrees=usual.away_pitch_degrees * factor,
        away_eyes=usual.away_eyes * factor,
    )


def _widened(neutral: Calibration, factor: float) -> Calibration:
    return replace(
        neutral,
        horizontal_spread=neutral.horizontal_spread * factor,
        vertical_spread=neutral.vertical_spread * factor,
    )
