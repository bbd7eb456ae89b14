"""The plain part of the engine's state."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Values:
    """``clock`` is the time of the newest picture, ``seen_at`` that of the newest analysed one, ``lost_at`` when the
    connection went, ``interrupted`` that none came after ``seen_at``. ``measured_at``: when head and eyes
    were last measured, ``settled`` that they were well within the limits; ``far_at``: when people far away were last
    looked for."""

    risk_temporary: int = 0
    risk_permanent: int = 0
    clock: float | None = None
    seen_at: float | None = None
    interrupted: bool = False
    turned_at: float | None = None
    not_analysed_at: float | None = None
    lost_at: float | None = None
    late_frames: int = 0
    frames_since_phone_look: int | None = None
    measured_at: float | None = None
    far_at: float | None = None
    settled: bool = False
    face_count: int | None = None
    conditions: dict[str, bool | None] = field(default_factory=dict)
