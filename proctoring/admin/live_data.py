"""What the wall and the session page start from, and fetch again after a gap: the same shapes as the live messages."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from django.http import HttpRequest

from exams.models import Exam
from proctoring import selectors
from proctoring.admin.base import base_url
from proctoring.live.ledger import SERVER_OVERLOADED
from proctoring.models import Event, EventVerdict, Session
from proctoring.reports.record import detailed_record, zone_of

WALL_EVENTS = 30
PAGE_EVENTS = 500
GAP_EVENTS = 200


def event_payload(event: Event, request: HttpRequest) -> dict[str, Any]:
    return {
        "id": event.pk,
        **detailed_record(event, zone=zone_of(event.session), base_url=base_url(request)),
    }


def verdict_payload(given: EventVerdict, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "verdict": given.verdict,
        "label": given.get_verdict_display(),
        "by": given.by.display_name,
        "at": given.at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        "note": given.note,
    }


def wall_events(request: HttpRequest, exam: Exam, *, after: int = 0) -> list[dict[str, Any]]:
    """Newest first, each with the session and the name it belongs to. Without the entries that say the server was
    overloaded: everybody gets one at once, and the wall says that of them all."""
    events = selectors.visible_events(request.user).filter(session__exam=exam, pk__gt=after)
    events = events.exclude(name=SERVER_OVERLOADED)
    return [
        {
            "session": str(event.session_id),
            "name": event.session.candidate.display_name,
            "event": event_payload(event, request),
        }
        for event in events.order_by("-pk")[: GAP_EVENTS if after else WALL_EVENTS]
    ]


def session_events(request: HttpRequest, session: Session, *, after: int = 0) -> list[dict[str, Any]]:
    """Newest first; the newest 500 when there are more."""
    verdicts = Prefetch("verdicts", EventVerdict.objects.select_related("by"))
    events = session.events.filter(sequence__gt=after).order_by("-sequence").prefetch_related(verdicts)[:PAGE_EVENTS]
    found = []
    for event in events:
        event.session = session  # what is known need not be asked for again
        given = list(event.verdicts.all())
        newest = verdict_payload(given[-1], zone_of(session)) if given else None
        found.append(event_payload(event, request) | {"verdict": newest})
    return found


def risk_samples(session: Session, *, after_ms: int = 0) -> list[list[float]]:
    """Pairs of Unix seconds and risk, in order."""
    samples = session.risk_samples.filter(unix_ms__gt=after_ms).order_by("unix_ms", "pk")
    return [[unix_ms / 1000, risk] for unix_ms, risk in samples.values_list("unix_ms", "risk")]
