"""What the engine hands out: the events to record and where the risk stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from proctoring.risk.policy import (
    BLURRED,
    COVERED,
    LOOKING_AWAY,
    MULTIPLE_FACES,
    NO_FACE,
    PHONE_DETECTED,
    TOO_DARK,
)

Ledger = Literal["integrity", "technical", "environment"]

# What the candidate's page is told while a condition reads true, before anything is confirmed.
WARNINGS: Mapping[str, str] = {
    NO_FACE: "no_face",
    MULTIPLE_FACES: "multiple_faces",
    LOOKING_AWAY: "looking_away",
    PHONE_DETECTED: "phone",
    TOO_DARK: "dark",
    BLURRED: "blurred",
    COVERED: "covered",
}


@dataclass(frozen=True, slots=True)
class EventDraft:
    """One entry for the log, complete but for the picture. ``time`` is in Unix seconds on the server's clock; a signal
    that came late keeps the time at which it happened, so times need not rise from one draft to the next."""

    ledger: Ledger
    name: str
    time: float
    risk_delta: int
    risk_total: int
    phone_detected: bool
    looking_away: bool
    face_count: int | None
    sentence: str
    detail: dict[str, Any]

    @property
    def unix_ms(self) -> int:
        return round(self.time * 1000)


@dataclass(frozen=True, slots=True)
class Step:
    """The outcome of one input. ``conditions`` and ``warnings`` are those of the newest picture."""

    events: tuple[EventDraft, ...]
    risk_temporary: int
    risk_permanent: int
    risk_total: int
    warnings: tuple[str, ...]
    conditions: Mapping[str, bool | None]
    looking_away: bool | None
