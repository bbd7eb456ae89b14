"""The candidate's own door to what was recorded of them: whose it is, and when it is open.

It opens once the attempt has ended for good, as early as the institution said; never while it runs or while another
attempt is open to the candidate, who would read there how not to be noticed.
"""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from exams import overview
from exams import selectors as exam_selectors
from exams.models import Attempt, Exam
from proctoring.models import Event, RecordShown, Session
from proctoring.selectors import Visitor
from proctoring.services.policies import values_for


class Closed(Enum):
    """Why there is nothing to see, yet or at all."""

    RUNS = "runs"
    NEVER = "never"
    AGAIN = "again"
    UNPUBLISHED = "unpublished"


def attempt_for(user: Visitor, attempt_id: UUID) -> Attempt:
    """The user's own attempt that was handed in; raises Attempt.DoesNotExist for any other."""
    return exam_selectors.own_result_for(user, attempt_id)


def session_of(attempt: Attempt) -> Session | None:
    """None where nobody watched from the beginning. With the attempt at hand that was asked for."""
    session = Session.objects.filter(attempt=attempt).select_related("consent__text").first()
    if session is not None:
        session.attempt, session.exam = attempt, attempt.exam
    return session


def shown(session: Session) -> RecordShown:
    """As the exam's policy says now, or as its candidate was told when they agreed, whichever shows more."""
    assert session.exam is not None
    now = RecordShown(values_for(session.exam, "record_shown")["record_shown"])
    order = list(RecordShown)
    return min(now, RecordShown(session.record_shown or now), key=order.index)


def closed(session: Session) -> Closed | None:
    """Of an exam's session whose attempt is at hand; None where its candidate may see the record."""
    attempt, exam = session.attempt, session.exam
    assert attempt is not None
    assert exam is not None
    if attempt.state != Attempt.State.SUBMITTED or session.state != Session.State.ENDED:
        return Closed.RUNS
    when = shown(session)
    if when == RecordShown.NEVER:
        return Closed.NEVER
    if overview.may_sit_again(attempt):
        return Closed.AGAIN
    if when == RecordShown.PUBLISHED and exam.results_published_at is None:
        return Closed.UNPUBLISHED
    return None


def log_is_gone(session: Session) -> bool:
    """Deleted when it was due, and with it what its candidate wrote."""
    return session.event_count > 0 and not session.events.exists()


def event_with_snapshot(user: Visitor, session_id: UUID, storage_name: str) -> Event:
    """The event of the user's own session whose picture this is; raises Event.DoesNotExist where there is none, or none
    any more, and while the record is closed."""
    if not user.is_active:
        raise Event.DoesNotExist
    events = Event.objects.select_related("session__attempt__candidate", "session__exam")
    event = events.exclude(session__exam__state=Exam.State.DRAFT).get(
        session_id=session_id,
        session__attempt__candidate=user.pk,
        session__candidate=user.pk,
        snapshot=storage_name,
        snapshot_deleted_at__isnull=True,
    )
    session = event.session
    assert session.attempt is not None
    assert session.exam is not None
    session.attempt.exam = session.exam
    if closed(session) is not None:
        raise Event.DoesNotExist
    return event
