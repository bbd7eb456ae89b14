"""Made observations, and a player that runs a timeline through the engine, restoring it from JSON where asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from proctoring.observation import Box, Eyes, Face, HeadPose, ModelRef, Observation, Quality
from proctoring.risk.calibration import Calibration
from proctoring.risk.engine import Engine, EventDraft
from proctoring.risk.policy import Policy

NEUTRAL = Calibration(
    yaw=4.0,
    pitch=-9.0,
    horizontal=0.5,
    vertical=0.06,
    openness=0.3,
    yaw_spread=1.0,
    pitch_spread=1.0,
    horizontal_spread=0.02,
    vertical_spread=0.01,
    openness_spread=0.01,
    samples=20,
)
FACE = Face(Box(0.35, 0.3, 0.3, 0.4, 0.95))
SECOND_FACE = Face(Box(0.05, 0.3, 0.2, 0.27, 0.9))
PHONE = Box(0.6, 0.5, 0.1, 0.2, 0.87)
GOOD = Quality(brightness=110, contrast=60, sharpness=550)
DARK = Quality(brightness=12, contrast=6, sharpness=60, dark=True)
BLURRED = Quality(brightness=110, contrast=50, sharpness=20, blurred=True)
COVERED = Quality(brightness=60, contrast=3, sharpness=2, covered=True)
BLACK = Quality(brightness=0, contrast=0, sharpness=0, dark=True)
MODELS = {"faces": ModelRef("face_detection_short_range.tflite", "ab" * 32)}


def seen(
    *,
    faces: int | None = 1,
    yaw: float = 4.0,
    pitch: float = -9.0,
    horizontal: float = 0.5,
    vertical: float = 0.06,
    openness: float = 0.3,
    phone: bool | None = None,
    quality: Quality = GOOD,
    mesh: bool = True,
) -> Observation:
    """One picture; the candidate looks straight at the screen unless told otherwise."""
    everybody = (FACE, SECOND_FACE, SECOND_FACE)
    return Observation(
        width=640,
        height=480,
        quality=quality,
        faces=None if faces is None else everybody[:faces],
        pose=HeadPose(yaw, pitch, 0.0) if faces and mesh else None,
        eyes=Eyes(horizontal, vertical, openness) if faces and mesh else None,
        phones=None if phone is None else (PHONE,) * phone,
        models=MODELS,
    )


def away(**changes: object) -> Observation:
    return replace(seen(yaw=50.0), **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Frame:
    time: float
    observation: Observation | None  # None: nobody could judge it

    def play(self, engine: Engine) -> Sequence[EventDraft]:
        if self.observation is None:
            return engine.not_analysed(self.time).events
        return engine.observe(self.time, self.observation).events


@dataclass(frozen=True)
class Signal:
    time: float
    kind: str

    def play(self, engine: Engine) -> Sequence[EventDraft]:
        return engine.signal(self.time, self.kind).events


@dataclass(frozen=True)
class Connection:
    time: float
    lost: bool

    def play(self, engine: Engine) -> Sequence[EventDraft]:
        change = engine.connection_lost if self.lost else engine.connection_restored
        return change(self.time).events


Entry = Frame | Signal | Connection
View = Callable[[float], Observation]


def frames(start: float, end: float, fps: float, view: View | Observation) -> list[Entry]:
    """Pictures at ``fps`` from ``start`` to just before ``end``."""
    count = round((end - start) * fps)
    times = [round(start + index / fps, 3) for index in range(count)]
    return [Frame(time, view if isinstance(view, Observation) else view(time)) for time in times]


def play(
    timeline: Iterable[Entry],
    *,
    policy: Policy | None = None,
    calibration: Calibration | None = NEUTRAL,
    restore_at: Callable[[int], bool] = lambda index: False,
) -> tuple[list[EventDraft], Engine]:
    """The events of a timeline, and the engine after it; saved to JSON and restored before the chosen entries."""
    policy = policy or Policy()
    engine = Engine(policy, calibration)
    events: list[EventDraft] = []
    for index, entry in enumerate(timeline):
        if restore_at(index):
            engine = Engine.restore(Policy.from_dict(policy.as_dict()), json.loads(json.dumps(engine.state())))
        events.extend(entry.play(engine))
    return events, engine


def told(events: Iterable[EventDraft]) -> list[tuple[str, float, int]]:
    """Name, time and risk after each event."""
    return [(event.name, round(event.time, 3), event.risk_total) for event in events]


def assert_restores_everywhere(timeline: Iterable[Entry], **settings: Any) -> None:
    """At each entry a restored copy gives the same events and comes to the same state as the unbroken engine: so, by
    induction, does one restored anywhere."""
    policy = settings.get("policy") or Policy()
    engine = Engine(policy, settings.get("calibration", NEUTRAL))
    for entry in timeline:
        copy = Engine.restore(Policy.from_dict(policy.as_dict()), json.loads(json.dumps(engine.state())))
        assert copy.wants_phone == engine.wants_phone
        assert entry.play(copy) == entry.play(engine)
        assert copy.state() == engine.state()
