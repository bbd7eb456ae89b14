"""Entries of a session's log that come from a person's decision or from the clock, never from what was seen; and what
webhooks are told of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from proctoring.models import Session
from proctoring.risk.events import EventDraft
from proctoring.services.recording import Drafted


def session_data(session: Session) -> dict[str, Any]:
    """Which session it is, as webhooks say it."""
    return {
        "session": str(session.pk),
        "attempt": None if session.attempt_id is None else str(session.attempt_id),
        "exam": session.exam_id,
        "candidate": session.candidate_id,
        "risk_total": session.risk_total,
    }


def technical(
    session: Session, *, name: str, at: datetime, sentence: str, detail: dict[str, Any] | None = None
) -> Drafted:
    """One that never scores."""
    draft = EventDraft(
        ledger="technical",
        name=name,
        time=at.timestamp(),
        risk_delta=0,
        risk_total=session.risk_total,
        phone_detected=False,
        looking_away=False,
        face_count=None,
        sentence=sentence,
        detail=detail or {},
    )
    return Drafted(draft)
