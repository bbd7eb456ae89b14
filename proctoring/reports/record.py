"""The record of an event as every export, page and message gives it: these keys, in this order, with these types.

Files say further what became of it since: ``FURTHER``, in a file of many sessions then whose it is, and in a complete
log then ``DETAIL_KEYS``. So every file begins with the same columns.
"""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse

from proctoring.models import Event, Session

KEYS = (
    "time_24h",
    "unix_time",
    "event",
    "risk_delta",
    "risk_total",
    "phone_detected",
    "looking_away",
    "face_count",
    "snapshot_url",
)
FURTHER = ("verdict", "lasted_seconds")
DETAIL_KEYS = ("sequence", "ledger", "sentence", "detail")


def zone_of(session: Session) -> ZoneInfo:
    """The institution's time zone; UTC for a practice run, which belongs to none."""
    return session.exam.institution.zone if session.exam is not None else ZoneInfo("UTC")


def event_title(name: str) -> str:
    """NO_FACE as “No face”, as the pages' scripts say it too."""
    return name.replace("_", " ").capitalize()


def snapshot_url(event: Event, *, base_url: str) -> str:
    """Absolute; empty without a picture, and once the picture was deleted."""
    if not event.snapshot or event.snapshot_deleted_at is not None:
        return ""
    name = PurePosixPath(event.snapshot).stem
    return base_url.rstrip("/") + reverse("snapshot", kwargs={"session_id": event.session_id, "name": name})


def event_record(event: Event, *, zone: ZoneInfo, base_url: str) -> dict[str, Any]:
    """``base_url``: scheme and host, such as https://exams.example.org."""
    unix_time = event.unix_ms / 1000
    local = datetime.fromtimestamp(unix_time, tz=timezone.utc).astimezone(zone)
    return {
        "time_24h": f"{local:%Y-%m-%d %H:%M:%S}",
        "unix_time": unix_time,
        "event": event.name,
        "risk_delta": event.risk_delta,
        "risk_total": event.risk_total,
        "phone_detected": int(event.phone_detected),
        "looking_away": int(event.looking_away),
        "face_count": event.face_count,
        "snapshot_url": snapshot_url(event, base_url=base_url),
    }


def detailed_record(event: Event, *, zone: ZoneInfo, base_url: str) -> dict[str, Any]:
    """The record, and after it what tells the three ledgers apart and what a person needs to judge the event."""
    return event_record(event, zone=zone, base_url=base_url) | detail_of(event)


def detail_of(event: Event) -> dict[str, Any]:
    return {
        "sequence": event.sequence,
        "ledger": event.ledger,
        "sentence": event.sentence,
        "detail": event.detail,
    }
