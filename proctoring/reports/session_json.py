"""A session's whole history as JSON: when it began, its risk over time, its events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import F

from proctoring import attention
from proctoring.models import Event, Session
from proctoring.reports.lasting import Lasting
from proctoring.reports.record import detail_of, event_record, zone_of

# Not needed for the documented record, and by far the largest of a row.
LARGE = ("detail", "sentence", "previous_hash", "hash", "snapshot_sha256")


def session_json(session: Session, *, base_url: str, detail: bool = False) -> str:
    return json.dumps(history(session, base_url=base_url, detail=detail), ensure_ascii=False, indent=1)


def history(session: Session, *, base_url: str, detail: bool = False) -> dict[str, Any]:
    """Three queries, with ``detail`` four, at most, however long the session was. ``accommodated`` says that something
    was granted to the candidate; what follows for the rules is an entry of the log, and why is told to nobody who
    watches."""
    began = session.started_at or session.created_at
    return {
        "session_start": round(began.timestamp(), 3),
        **({"accommodated": session.accommodated, "statements": statement_records(session)} if detail else {}),
        "risk_history": risk_history(session),
        "events": list(records_of(session, base_url=base_url, detail=detail)),
    }


def risk_history(session: Session) -> list[dict[str, Any]]:
    samples = session.risk_samples.order_by("unix_ms", "pk").values_list("unix_ms", "risk")
    return [{"time": unix_ms / 1000, "risk": risk} for unix_ms, risk in samples.iterator()]


def statement_records(session: Session) -> list[dict[str, Any]]:
    """What the candidate wrote, in that order; ``time`` in Unix seconds."""
    return [{"time": round(one.at.timestamp(), 3), "text": one.text} for one in session.statements.all()]


def records_of(
    session: Session, *, base_url: str, detail: bool, whose: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """The documented record cannot tell the ledgers apart, so without ``detail`` there is one: integrity. ``whose``: in
    a file of many sessions, which of them it is."""
    zone, lasting = zone_of(session), Lasting(session)
    log = session.events.order_by("sequence").annotate(began=F("detail__measured__left_at"))
    events = attention.with_verdict(log)
    if not detail:
        events = events.filter(ledger=Event.Ledger.INTEGRITY).defer(*LARGE)
    for event in events.iterator():
        event.session = session  # what is known need not be asked for again
        record = event_record(event, zone=zone, base_url=base_url)
        lasted = lasting.since(event.name, event.began)
        record |= {"verdict": event.verdict, "lasted_seconds": None if lasted is None else lasted.seconds}
        record |= whose or {}
        yield record | detail_of(event) if detail else record
