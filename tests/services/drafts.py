"""Made-up entries for tests of what is written."""

from __future__ import annotations

from typing import Any

from proctoring.risk.events import EventDraft


def draft(name: str = "NO_FACE", *, at_ms: int = 1_767_788_935_191, **fields: Any) -> EventDraft:
    """An integrity event that raised the risk by 5, unless told otherwise."""
    defaults: dict[str, Any] = {
        "ledger": "integrity",
        "risk_delta": 5,
        "risk_total": 5,
        "phone_detected": False,
        "looking_away": False,
        "face_count": 0,
        "sentence": "No face was in view for 2.2 seconds.",
        "detail": {"rule": {"hold_seconds": 2.0}, "held_seconds": 2.2},
    }
    return EventDraft(name=name, time=at_ms / 1000, **(defaults | fields))


def technical(name: str = "CONNECTION_LOST", *, at_ms: int = 1_767_788_935_191) -> EventDraft:
    return draft(name, at_ms=at_ms, ledger="technical", risk_delta=0, sentence="The connection was lost for 3 seconds.")
