"""Observations made up for tests whose answers are worked out by hand."""

from __future__ import annotations

from pathlib import Path

from proctoring.evaluation.labelled import LabelledClip, Span
from proctoring.observation import Box, Eyes, Face, HeadPose, Observation, Quality

CLEAR = Quality(brightness=120.0, contrast=50.0, sharpness=200.0)
# The six points of a face that looks straight ahead.
FRONTAL = ((0.45, 0.42), (0.55, 0.42), (0.5, 0.473), (0.5, 0.534), (0.42, 0.45), (0.58, 0.45))


def face(score: float = 0.95) -> Face:
    return Face(Box(0.4, 0.3, 0.2, 0.3, score), FRONTAL)


def seen(
    *, yaw: float = 0.0, pitch: float = 0.0, faces: int = 1, phone: float = 0.0, quality: Quality = CLEAR
) -> Observation:
    return Observation(
        width=600,
        height=600,
        quality=quality,
        faces=tuple(face(0.95 - 0.1 * number) for number in range(faces)),
        pose=HeadPose(yaw, pitch, 0.0) if faces else None,
        eyes=Eyes(0.5, 0.0, 0.3) if faces else None,
        phones=(Box(0.1, 0.1, 0.1, 0.1, phone),) if phone else (),
    )


def clip(
    *, seconds: float, fps: float = 10.0, intervals: tuple[Span, ...] = (), unsure: tuple[Span, ...] = ()
) -> LabelledClip:
    pictures = tuple(Path(f"{number:04}.jpg") for number in range(round(seconds * fps)))
    return LabelledClip("made", fps, pictures, (0.0, 2.0), intervals, unsure)
