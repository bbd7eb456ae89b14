"""What happens to the time of an attempt under watch: written into its session's log, and told to its page.

``exams`` knows nothing of this; it says what happens by its signals, inside its own transactions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from exams import services as exam_services
from exams import signals, timing
from exams.errors import CannotReopen
from exams.models import Attempt, Break, TimeChange
from proctoring.models import Event, ProctorAction, Session
from proctoring.services import accommodating, tell
from proctoring.services.entries import technical
from proctoring.services.recording import Drafted, append_events, append_to_each, lock
from proctoring.services.signals import engine_of

TIME_ADDED = "TIME_ADDED"
REOPENED = "ATTEMPT_REOPENED"
BREAK_BEGAN = "BREAK_BEGAN"
BREAK_ENDED = "BREAK_ENDED"
Kind = TimeChange.Kind


@dataclass(frozen=True, slots=True)
class AttemptTime:
    """``pauses``: pairs of Unix seconds in which the candidate need not be there; ``breaks`` as of now."""

    deadline: datetime | None
    pauses: tuple[tuple[float, float], ...]
    breaks: timing.BreakTime


def time_of(attempt: Attempt) -> AttemptTime:
    pauses = tuple((start.timestamp(), end.timestamp()) for start, end in timing.pauses_of(attempt))
    return AttemptTime(deadline=attempt.deadline, pauses=pauses, breaks=timing.break_time(attempt))


def time_of_session(session_id: UUID) -> AttemptTime | None:
    """None where there is no attempt, and no session any more."""
    attempt = Attempt.objects.select_related("exam").filter(proctoring_session=session_id).first()
    return None if attempt is None else time_of(attempt)


def end_break_of(session_id: UUID) -> None:
    """The session's candidate has used their break up. Nothing happens where there is none."""
    attempt = Attempt.objects.filter(proctoring_session=session_id).first()
    if attempt is not None:
        exam_services.end_break(attempt=attempt)


@receiver(signals.locking, dispatch_uid="lock_sessions")
def lock_sessions(attempt_ids: Sequence[UUID], **_: Any) -> None:
    """A session is always locked before its attempt, and several in the recorder's order."""
    sessions = Session.objects.select_for_update().filter(attempt__in=attempt_ids).order_by("pk")
    list(sessions.values_list("pk", flat=True))


@receiver(signals.time_changed, dispatch_uid="record_time_change")
def record_time_change(attempt: Attempt, change: TimeChange | None, **_: Any) -> None:
    session = _session_of(attempt)
    if session is None:
        return
    events: list[Event] = []
    if change is None or change.kind == Kind.ACCOMMODATION:
        _note_accommodation(session, attempt)
    if change is not None and session.state != Session.State.ENDED:
        events = append_events(session, [_added(session, attempt, change)])
    _tell(session, events, change)


@receiver(signals.outage_credited, dispatch_uid="record_outage")
def record_outage(changes: Sequence[TimeChange], **_: Any) -> None:
    """The same for everybody who sat an exam, which may be a thousand people: in a few queries."""
    by_attempt = {change.attempt_id: change for change in changes}
    found = Session.objects.select_for_update().filter(attempt__in=by_attempt).order_by("pk")
    sessions = list(found.defer("policy", "calibration", "engine_state"))
    changed = {session.pk: by_attempt[session.attempt_id] for session in sessions if session.attempt_id is not None}
    watched = [session for session in sessions if session.state != Session.State.ENDED]
    entries = [(session, _added(session, changed[session.pk].attempt, changed[session.pk])) for session in watched]
    events = {event.session_id: event for event in append_to_each(entries)}
    for session in sessions:
        _tell(session, [events[session.pk]] if session.pk in events else [], changed[session.pk])


@receiver(signals.reopened, dispatch_uid="reopen_session")
def reopen_session(attempt: Attempt, change: TimeChange, **_: Any) -> None:
    """Watching goes on in the same session: one attempt has one log. Where watching had been stopped before the attempt
    was handed in, the exam goes on unwatched, as it did then."""
    session = _session_of(attempt)
    if session is None:
        return
    if session.event_count and not session.events.exists():
        raise CannotReopen(
            "The log of this session has been deleted, as was promised, so nobody can go on under watch."
        )
    goes_on = session.state == Session.State.ENDED and not _stopped_before(session)
    if goes_on:
        engine = engine_of(session)
        engine.connection_lost(change.at.timestamp())  # until the candidate is back
        session.engine_state = engine.state()
        session.state = Session.State.CHECKING if session.started_at is None else Session.State.LIVE
        session.ended_at, session.ended_by = None, ""
        session.connected = False
        session.connection_epoch += 1  # what a connection from before still has to say comes too late
        session.save(update_fields=["engine_state", "state", "ended_at", "ended_by", "connected", "connection_epoch"])
    append_events(session, [_reopened(session, change, watched=goes_on)])
    if goes_on and change.by is not None:
        accommodating.follow(session, change.by, "reopened")


@receiver(signals.break_began, dispatch_uid="record_break_began")
def record_break_began(attempt: Attempt, taken: Break, **_: Any) -> None:
    session = _session_of(attempt)
    if session is None or session.state == Session.State.ENDED:
        return
    sentence = f"The candidate began a break, of {timing.in_words(taken.ends_by - taken.began_at)} at most."
    detail = {"ends_by": taken.ends_by.timestamp()}
    entry = technical(session, name=BREAK_BEGAN, at=taken.began_at, sentence=sentence, detail=detail)
    _tell(session, append_events(session, [entry]), None)


@receiver(signals.break_ended, dispatch_uid="record_break_ended")
def record_break_ended(attempt: Attempt, taken: Break, **_: Any) -> None:
    """Of a break that began under watch, also when the end of watching ended it."""
    session = _session_of(attempt)
    if session is None or taken.ended_at is None:
        return
    if session.ended_at is not None and taken.began_at > session.ended_at:
        return
    lasted = taken.ended_at - taken.began_at
    detail = {"began_at": taken.began_at.timestamp(), "seconds": round(lasted.total_seconds(), 3)}
    sentence = f"The candidate's break ended after {timing.in_words(lasted)}."
    entry = technical(session, name=BREAK_ENDED, at=taken.ended_at, sentence=sentence, detail=detail)
    _tell(session, append_events(session, [entry]), None)


def _session_of(attempt: Attempt) -> Session | None:
    """Locked, as ``lock_sessions`` has done before."""
    pk = Session.objects.filter(attempt=attempt).values_list("pk", flat=True).first()
    return None if pk is None else lock(pk)


def _note_accommodation(session: Session, attempt: Attempt) -> None:
    if session.accommodated or not timing.granted(attempt.candidate_id, attempt.exam).applies:
        return
    session.accommodated = True
    session.save(update_fields=["accommodated"])


def _stopped_before(session: Session) -> bool:
    withdrawn = session.consent is not None and session.consent.withdrawn_at is not None
    return withdrawn or session.actions.filter(action=ProctorAction.Action.STOP_WATCHING).exists()


def _added(session: Session, attempt: Attempt, change: TimeChange) -> Drafted:
    minutes = timing.in_words(timedelta(seconds=change.seconds))
    if change.kind == Kind.OUTAGE:
        sentence = f"The server was out of reach. The candidate has {minutes} back for it."
    elif change.kind == Kind.ACCOMMODATION:
        sentence = f"The candidate has {minutes} more: an accommodation applies."
    else:
        assert change.by is not None
        sentence = f"{change.by.display_name} added {minutes}. Reason: {change.get_reason_display()}."
    return technical(
        session, name=TIME_ADDED, at=change.at, sentence=sentence, detail=_detail(change) | _deadline(attempt)
    )


def _reopened(session: Session, change: TimeChange, *, watched: bool) -> Drafted:
    assert change.by is not None
    minutes = timing.in_words(timedelta(seconds=change.seconds))
    how = "" if watched else " It goes on unwatched, as watching had been stopped."
    reason = change.get_reason_display()
    sentence = f"{change.by.display_name} reopened the attempt for {minutes}. Reason: {reason}.{how}"
    handed_in = None if change.handed_in_at is None else change.handed_in_at.timestamp()
    detail = _detail(change) | {"handed_in_at": handed_in, "watched": watched}
    return technical(session, name=REOPENED, at=change.at, sentence=sentence, detail=detail)


def _detail(change: TimeChange) -> dict[str, Any]:
    """Why an accommodation was granted stands elsewhere, for others."""
    detail: dict[str, Any] = {"kind": change.kind, "seconds": change.seconds}
    if change.kind in (Kind.ADDED, Kind.REOPENED):
        detail |= {"reason": change.reason, "note": change.note, "user": change.by_id}
    return detail


def _deadline(attempt: Attempt) -> dict[str, Any]:
    return {} if attempt.deadline is None else {"deadline": attempt.deadline.timestamp()}


def _tell(session: Session, events: Sequence[Event], change: TimeChange | None) -> None:
    message = {
        "type": "time.changed",
        "events": [event.pk for event in events],
        "change": None if change is None else {"kind": str(change.kind), "seconds": change.seconds},
    }
    tell.candidate_after_commit(session.pk, message)
