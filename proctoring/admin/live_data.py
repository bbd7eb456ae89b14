"""What the wall and the session page start from, and fetch again after a gap: the same shapes as the live messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from django.http import HttpRequest

from exams.models import Exam
from proctoring import attention, selectors
from proctoring.admin.base import base_url
from proctoring.live.ledger import SERVER_OVERLOADED
from proctoring.models import Event, EventVerdict, Session
from proctoring.reports.lasting import WORDS as STRETCHES
from proctoring.reports.lasting import Lasting, lasted_payload
from proctoring.reports.record import detailed_record, zone_of

WALL_EVENTS = 30
PAGE_EVENTS = 500
GAP_EVENTS = 200


def event_payload(event: Event, request: HttpRequest) -> dict[str, Any]:
    return {
        "id": event.pk,
        **detailed_record(event, zone=zone_of(event.session), base_url=base_url(request)),
    }


def verdicts_payload(given: Sequence[EventVerdict], zone: ZoneInfo) -> dict[str, Any]:
    """``verdict``: what was said last, and ``earlier`` what before it, the newest first."""
    said = [_said(each, zone) for each in reversed(given)]
    return {"verdict": said[0] if said else None, "earlier": said[1:]}


def looks_payload(session: Session) -> dict[str, Any]:
    """How many events need a look, and the points in words."""
    looks = attention.looks_of(session)
    return {"events": looks.events, "points": looks.points, "dismissed_points": looks.dismissed_points}


def _said(given: EventVerdict, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "verdict": given.verdict,
        "label": given.get_verdict_display(),
        "by": given.by.display_name,
        "at": given.at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        "note": given.note,
    }


def looks_on_wall(request: HttpRequest, exam: Exam) -> dict[str, int]:
    """Of the candidates on the wall those with events that need a look, and how many."""
    return attention.looks_by_session(selectors.sessions_on_wall(request.user, exam))


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
    found, lasting = [], Lasting(session)
    for event in events:
        event.session = session  # what is known need not be asked for again
        given = list(event.verdicts.all())
        more = verdicts_payload(given, zone_of(session)) | {"lasted": lasted_payload(lasting, event)}
        found.append(event_payload(event, request) | more)
    return found


def lasted_by_event(session: Session) -> dict[int, Any]:
    """How long those lasted whose event could not say so: a page that runs asks again."""
    lasting = Lasting(session)
    events = session.events.filter(name__in=STRETCHES).order_by("-sequence")[:PAGE_EVENTS]
    return {event.pk: said for event in events if (said := lasted_payload(lasting, event)) is not None}


def risk_samples(session: Session, *, after_ms: int = 0) -> list[list[float]]:
    """Pairs of Unix seconds and risk, in order."""
    samples = session.risk_samples.filter(unix_ms__gt=after_ms).order_by("unix_ms", "pk")
    return [[unix_ms / 1000, risk] for unix_ms, risk in samples.values_list("unix_ms", "risk")]
