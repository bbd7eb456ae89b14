"""What tests of the admin put on record, through the services as the site does."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from proctoring.evidence.snapshots import written_with_rows
from proctoring.models import Event, RiskSample, Session
from proctoring.risk.engine import EventDraft
from proctoring.services.recording import Drafted, append_events, lock


def drafted(name: str = "NO_FACE", *, jpeg: bytes | None = None, **fields: Any) -> Drafted:
    """An event as it is before it stands in a chain; without a picture unless given."""
    defaults: dict[str, Any] = {
        "ledger": "integrity",
        "time": timezone.now().timestamp(),
        "risk_delta": 5,
        "risk_total": 5,
        "phone_detected": False,
        "looking_away": False,
        "face_count": 0,
        "sentence": "No face was in the picture for 2.2 seconds (the limit is 2).",
        "detail": {"held_seconds": 2.2},
    }
    return Drafted(EventDraft(name=name, **(defaults | fields)), jpeg)


def event(session: Session, name: str = "NO_FACE", *, jpeg: bytes | None = None, **fields: Any) -> Event:
    """One event at the end of the session's chain."""
    with written_with_rows() as pictures, transaction.atomic():
        return append_events(lock(session.pk), [drafted(name, jpeg=jpeg, **fields)], pictures)[0]


def risk(session: Session, unix_ms: int, value: int) -> RiskSample:
    return RiskSample.objects.create(session=session, unix_ms=unix_ms, risk=value)
