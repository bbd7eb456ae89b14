"""A labelled clip played through the risk engine as a session: which events it gives, how late, and which are false."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from proctoring.evaluation.labelled import LabelledClip, Span
from proctoring.observation import Looks, Measured, Observation
from proctoring.replay.clips import picture_at
from proctoring.risk.calibration import LEARNING_SECONDS, Calibration, sample_of, summarise
from proctoring.risk.engine import Engine
from proctoring.risk.policy import Policy
from proctoring.vision import glance

START = 1_767_788_963.0
LEAD_SECONDS = LEARNING_SECONDS + 5.0  # of looking at the screen, for the engine to learn from
PHASES = 5  # how often a clip is played, each time sampled a little later
# A run of pictures may reach a little beyond what a person labelled.
SLACK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Setting:
    """``neutral``: "calibrated" before the clip, "learned" from 20 s of looking at the screen, or "cold", with neither.

    ``every`` is the seconds from one analysed picture to the next, ``None`` for each picture of the clip. Speed-ups are
    ``phone_every``, ``glances`` (head and eyes are measured anew only where a glance does not show them as they were),
    ``int8``, the phone model in eight bits, and ``far_at_times``, people far away looked for every two seconds only.
    """

    name: str
    neutral: str
    every: float | None
    phone_every: int
    glances: bool = True
    int8: bool = True
    far_at_times: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """One event: ``start`` is when its condition began to hold, ``at`` when it was recorded, in the clip's seconds."""

    event: str
    start: float
    at: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """``delays``: of each labelled interval long enough to be one, seconds to its first event, or ``None``."""

    clip: LabelledClip
    delays: tuple[tuple[Span, float | None], ...]
    false: tuple[Seen, ...]


def neutral_of(clip: LabelledClip, observations: Sequence[Observation]) -> Calibration | None:
    samples = [sample for one in neutral_pictures(clip, observations) if (sample := sample_of(one)) is not None]
    return summarise(samples) if samples else None


def neutral_pictures(clip: LabelledClip, observations: Sequence[Observation]) -> Sequence[Observation]:
    if clip.neutral is None:
        return ()
    return observations[round(clip.neutral[0] * clip.fps) : round(clip.neutral[1] * clip.fps)]


def play(clip: LabelledClip, observations: Sequence[Observation], setting: Setting, *, phase: int = 0) -> list[Seen]:
    """The integrity events of one session that shows the clip once. ``phase``: 0 to PHASES - 1."""
    every = setting.every or (1 / Policy().frames_per_second if clip.still else 1 / clip.fps)
    policy = Policy(frames_per_second=1 / every, phone_every=setting.phone_every)
    calibration = neutral_of(clip, observations) if setting.neutral == "calibrated" else None
    engine = Engine(policy, calibration)
    steps: list[tuple[float, Observation]] = []
    lead = neutral_pictures(clip, observations) if setting.neutral == "learned" else ()
    if lead:
        count = round(LEAD_SECONDS / every)
        steps = [((step - count) * every, lead[step % len(lead)]) for step in range(count)]
    offset = phase * every / PHASES if setting.every is not None else 0.0
    for step in range(int((clip.seconds - offset) / every - 1e-6) + 1):
        time = offset + step * every
        steps.append((time, observations[min(picture_at(time, clip.fps), len(observations) - 1)]))
    events = []
    measured: Measured | None = None
    for time, seen in steps:
        looks = engine.wants(START + time)
        looked = looked_at(seen, looks if setting.far_at_times else looks | Looks.FAR_FACES)
        if setting.glances and engine.pose_may_stand(START + time):
            looked = glanced_at(looked, measured)
        if looked.pose is None or looked.pose.source != "stands":
            measured = looked.measured
        for event in engine.observe(START + time, looked).events:
            if event.ledger == "integrity" and time >= 0:
                events.append(Seen(event.name, time - event.detail["held_seconds"], time))
    return events


def looked_at(seen: Observation, looks: Looks) -> Observation:
    """A picture in which everything was looked for, as a session sees it that wants only ``looks``."""
    near = tuple(face for face in seen.faces or () if not face.far)
    if Looks.FAR_FACES not in looks and near:  # where nobody is near, those far away are looked for all the same
        seen = replace(seen, faces=near, looked_far=False)
    return seen if Looks.PHONE in looks else replace(seen, phones=None)


def glanced_at(seen: Observation, known: Measured | None) -> Observation:
    """A picture in which everything was measured, as a session sees it that knows ``known`` and needs not measure."""
    if known is None or seen.glance is None or not glance.alike(known.glance, seen.glance):
        return seen
    return replace(seen, pose=replace(known.pose, source="stands"), eyes=known.eyes)


def judge(clip: LabelledClip, events: Sequence[Seen], policy: Policy | None = None) -> Outcome:
    """Hold what was recorded against what is labelled."""
    rules = (policy or Policy()).rules
    delays = []
    for span in clip.intervals:
        if span.event in rules and span.end - span.start <= rules[span.event].hold_seconds:
            continue  # too short to be an event by the exam's own rule
        hits = [seen.at for seen in events if seen.event == span.event and _touches(seen, span)]
        delays.append((span, min(hits) - span.start if hits else None))
    known = (*clip.intervals, *clip.unsure)
    false = [seen for seen in events if not any(seen.event == span.event and _touches(seen, span) for span in known)]
    return Outcome(clip, tuple(delays), tuple(false))


def _touches(seen: Seen, span: Span) -> bool:
    return span.start - SLACK_SECONDS <= seen.at and seen.start <= span.end + SLACK_SECONDS
