"""Ending a session: by the candidate, who may withdraw consent too, by a proctor with a reason, or when time is up.
Never by what was seen."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from exams import services as exam_services
from exams.errors import AttemptNotStarted, ExamNotOpen, TimeLeft
from exams.models import Attempt, Exam, User
from proctoring import consent as consents
from proctoring import selectors
from proctoring.evidence import retention
from proctoring.models import Event, ProctorAction, Session
from proctoring.services import tell
from proctoring.services.entries import technical
from proctoring.services.errors import BadRequest, NotAllowed, ProctoringError, SessionEnded
from proctoring.services.reasons import told
from proctoring.services.recording import Drafted, append_events, lock
from proctoring.services.signals import apply_to_locked, engine_of

logger = logging.getLogger(__name__)

STOPPED = "STOPPED_BY_PROCTOR"
WITHDRAWN = "CONSENT_WITHDRAWN"
# A connection that sent nothing for so long is gone, whatever the row says: the server may have died with it.
SILENT = timedelta(minutes=5)
ABANDONED = timedelta(hours=24)
SHORTEST_GAP_SECONDS = 1.0  # a page that lets go just before its session ends is no gap

MESSAGES = {
    Session.EndedBy.CANDIDATE: "You have finished. Watching has stopped.",
    Session.EndedBy.DEADLINE: "Time is up. Your saved answers have been handed in, and watching has stopped.",
    Session.EndedBy.REPLAY: "The clip has ended.",
}


@transaction.atomic
def end_session(session_id: UUID | str, by: str, *, at: datetime | None = None) -> Session:
    """End it, hand in the attempt, and let the candidate's page go. Ending again changes nothing.

    A practice run is deleted with everything recorded: the row returned is no longer in the database.
    Raises Session.DoesNotExist, and AttemptNotStarted for a candidate who has seen no question yet: leaving during the
    check must not cost them the exam.
    """
    session = lock(session_id)
    if by == Session.EndedBy.CANDIDATE and _not_begun(session.attempt):
        raise AttemptNotStarted
    if session.state == Session.State.ENDED:
        if by == Session.EndedBy.CANDIDATE:  # watching was stopped before, now the exam is finished too
            _hand_in(session)
        return session
    _end_locked(session, by=by, at=at or timezone.now(), message=MESSAGES[Session.EndedBy(by)])
    _hand_in(session)
    if session.kind == Session.Kind.PRACTICE:
        retention.delete_practice(session)
    return session


@transaction.atomic
def end_when_due(session_id: UUID | str, *, at: datetime | None = None, now: datetime | None = None) -> Session | None:
    """End it and hand in the attempt because time is up, also where watching has ended before. None while it is not:
    time may have been added, or taken by an outage that nobody has given back yet. Raises Session.DoesNotExist."""
    session = lock(session_id)
    attempt = session.attempt
    if attempt is None or attempt.state != Attempt.State.RUNNING:
        return end_session(session.pk, Session.EndedBy.DEADLINE, at=at)
    if not exam_services.is_due(attempt, now or timezone.now()):
        return None
    if session.state == Session.State.ENDED:
        _hand_in(session)
        return session
    return end_session(session.pk, Session.EndedBy.DEADLINE, at=at)


@transaction.atomic
def stop_by_proctor(
    user: selectors.Visitor, session_id: UUID | str, action: str, reason: str, note: str = ""
) -> ProctorAction:
    """Stop watching, the exam going on unwatched, or end the attempt too. Recorded with the reason, in the chain.

    Raises Session.DoesNotExist for those who may not see the session, NotAllowed for those who may only look,
    BadRequest for a reason that is not on the list, SessionEnded when there is nothing left to stop.
    """
    visible = selectors.session_for(user, session_id)
    if not isinstance(user, User) or not selectors.may_stop(user, visible):
        raise NotAllowed
    note = note.strip()
    if action not in ProctorAction.Action.values or reason not in ProctorAction.Reason.values:
        raise BadRequest("Choose what to stop, and a reason from the list.")
    if reason == ProctorAction.Reason.OTHER and not note:
        raise BadRequest("Say in the note what the other reason is.")
    session = lock(session_id)
    ends_attempt = action == ProctorAction.Action.END_ATTEMPT
    attempt_runs = session.attempt is not None and session.attempt.state == Attempt.State.RUNNING
    if session.state == Session.State.ENDED and not (ends_attempt and attempt_runs):
        raise SessionEnded
    done = ProctorAction.objects.create(session=session, user=user, action=action, reason=reason, note=note)
    _record_stop(session, done)
    message = _message_of_stop(done, attempt_runs=attempt_runs)
    if session.state == Session.State.ENDED:
        tell.candidate_after_commit(session.pk, ended_message(Session.EndedBy.PROCTOR, message))
    else:
        _end_locked(session, by=Session.EndedBy.PROCTOR, at=done.at, message=message)
    if ends_attempt:
        _hand_in(session)
    elif session.attempt is not None and _not_begun(session.attempt):
        # Stopped during the check: nothing else would start the clock of an exam that nobody watches.
        with suppress(ExamNotOpen):
            exam_services.start_attempt(attempt=session.attempt)
    return done


@transaction.atomic
def withdraw_consent(*, candidate: User, exam: Exam | None) -> int:
    """Withdraw, and stop watching at once; how many consents were withdrawn.

    An exam that has begun goes on unwatched. One that has not waits for consent to be given again.
    """
    withdrawn = consents.withdraw(candidate, exam)
    running = Session.objects.filter(candidate=candidate, exam=exam).exclude(state=Session.State.ENDED)
    for session_id in running.exclude(kind=Session.Kind.REPLAY).values_list("pk", flat=True):
        session = lock(session_id)
        now = timezone.now()
        sentence = f"{candidate.display_name} withdrew their consent to being watched."
        append_events(session, [technical(session, name=WITHDRAWN, at=now, sentence=sentence)])
        message = "You have withdrawn your consent. You are not watched any more."
        if session.kind == Session.Kind.EXAM and session.state == Session.State.CHECKING:
            # Only the connection goes; a later one is refused for want of consent.
            tell.candidate_after_commit(session.pk, ended_message(Session.EndedBy.CONSENT, message))
            continue
        _end_locked(session, by=Session.EndedBy.CONSENT, at=now, message=message)
        if session.kind == Session.Kind.PRACTICE:
            retention.delete_practice(session)
    return withdrawn


def end_overdue(now: datetime) -> int:
    """End sessions nobody is connected to whose time is over; how many. One that fails does not stop the others.

    None at all while the server itself is out of reach: candidates get that time back first.
    """
    if exam_services.outages.goes_on(now):
        return 0
    exam_services.close_breaks(now)
    ended = 0
    for session in _overdue(now):
        try:
            ended += _end_overdue(session, now)
        except Session.DoesNotExist:
            continue
        except (DatabaseError, OSError, ProctoringError, ValueError, KeyError, TypeError):
            logger.exception("Session %s is overdue and could not be ended.", session.pk)
    # Exams that nobody watches, or watches any more.
    watched = Session.objects.filter(attempt=OuterRef("pk")).exclude(state=Session.State.ENDED)
    for attempt in Attempt.objects.filter(~Exists(watched), state=Attempt.State.RUNNING, deadline__lt=now):
        with suppress(TimeLeft):
            exam_services.submit_when_due(attempt=attempt)
    return ended


def _end_overdue(session: Session, now: datetime) -> bool:
    at = min(now, _last_sign_of_life(session))
    if session.kind == Session.Kind.REPLAY:
        end_session(session.pk, Session.EndedBy.REPLAY, at=at)
        return True
    if session.attempt is not None and session.attempt.started_at is not None:
        return end_when_due(session.pk, at=at, now=now) is not None
    end_session(session.pk, Session.EndedBy.DEADLINE, at=at)
    return True


def ended_message(by: str, message: str) -> dict[str, str]:
    return {"type": "session.ended", "by": str(by), "message": message}


def _overdue(now: datetime) -> list[Session]:
    """An exam checked for and never begun may still be sat until it closes."""
    silent = Q(last_frame_at__lt=now - SILENT) | Q(last_frame_at__isnull=True, created_at__lt=now - SILENT)
    closed = Q(exam__closes_at__lte=now) | Q(exam__state=Exam.State.CLOSED)
    over = (
        Q(attempt__deadline__lt=now)
        | Q(attempt__state=Attempt.State.SUBMITTED)
        | Q(closed, attempt__started_at__isnull=True, attempt__isnull=False)
    )
    abandoned = Q(last_frame_at__lt=now - ABANDONED) | Q(last_frame_at__isnull=True, created_at__lt=now - ABANDONED)
    sessions = Session.objects.exclude(state=Session.State.ENDED).select_related("attempt")
    return list(sessions.filter(Q(connected=False) | silent, over | Q(abandoned, attempt__isnull=True)))


def _last_sign_of_life(session: Session) -> datetime:
    """When a session nobody ended was over: retention counts from here, not from when it was found."""
    deadline = session.attempt.deadline if session.attempt is not None else None
    return max(moment for moment in (session.created_at, session.last_frame_at, deadline) if moment is not None)


def _not_begun(attempt: Attempt | None) -> bool:
    return attempt is not None and attempt.state == Attempt.State.RUNNING and attempt.started_at is None


def _end_locked(session: Session, *, by: str, at: datetime, message: str) -> None:
    session.ended_at = at
    apply_to_locked(session)
    _record_unwatched_end(session, at)
    session.state, session.ended_by, session.connected = Session.State.ENDED, by, False
    session.save(update_fields=["state", "ended_at", "ended_by", "connected"])
    tell.candidate_after_commit(session.pk, ended_message(by, message))


def _record_unwatched_end(session: Session, at: datetime) -> None:
    """Who leaves and hands in from elsewhere never comes back, so no connection says for how long nobody watched."""
    if session.started_at is None or session.kind == Session.Kind.REPLAY:
        return
    last_seen = session.last_frame_at or session.started_at
    if session.connected and at - last_seen < SILENT:
        return
    engine = engine_of(session)
    engine.connection_lost(last_seen.timestamp())  # where nothing said so when it happened
    drafts = [Drafted(draft) for draft in engine.connection_restored(at.timestamp()).events]
    if drafts and drafts[0].draft.detail["seconds"] >= SHORTEST_GAP_SECONDS:
        session.engine_state = engine.state()
        session.save(update_fields=["engine_state"])
        append_events(session, drafts)


def _hand_in(session: Session) -> None:
    if session.attempt is not None:
        session.attempt = exam_services.submit_attempt(attempt=session.attempt)


def _record_stop(session: Session, done: ProctorAction) -> list[Event]:
    what = "ended the attempt" if done.action == ProctorAction.Action.END_ATTEMPT else "stopped watching"
    entry = technical(
        session,
        name=STOPPED,
        at=done.at,
        sentence=f"{done.user.display_name} {what}. Reason: {done.get_reason_display()}.",
        detail={"action": done.action, "reason": done.reason, "note": done.note, "user": done.user_id},
    )
    return append_events(session, [entry])


def told_of_end(reason: str) -> str:
    """What candidates read whose exam a proctor ended; ``reason`` as the action holds it."""
    return f"A proctor has ended your exam. {told(reason)} Your saved answers have been handed in."


def _message_of_stop(done: ProctorAction, *, attempt_runs: bool) -> str:
    if done.action == ProctorAction.Action.END_ATTEMPT:
        return told_of_end(done.reason)
    stopped = f"A proctor has stopped watching. {told(done.reason)}"
    return f"{stopped} You can go on with the exam without the camera." if attempt_runs else stopped
