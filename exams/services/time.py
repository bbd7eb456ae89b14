"""Changing the time an attempt has: by a person with a reason, or by what was granted to its candidate.

Nothing here ever takes time away. Every second given beyond the exam's duration is a ``TimeChange``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from exams import receipts, selectors, signals, timing
from exams.errors import AttemptFinished, AttemptNotStarted, CannotReopen, InvalidTimeChange, NotAllowed
from exams.models import Attempt, Exam, TimeChange, User
from exams.services.locking import locked_with_record

Kind = TimeChange.Kind
Reason = TimeChange.Reason

MOST_MINUTES = 480
LONGEST_NOTE = 2000
# What a person may give as the reason. What an accommodation brings comes with its grant, and nobody need say why.
REASONS_TO_REOPEN = tuple(reason for reason in Reason if reason != Reason.ACCOMMODATION)
REASONS_TO_ADD = tuple(reason for reason in REASONS_TO_REOPEN if reason != Reason.BY_MISTAKE)


def deadline_at_start(exam: Exam, now: datetime) -> datetime:
    """The duration from now, cut off when the exam closes; what is granted comes on top and may go beyond that."""
    deadline = now + timedelta(minutes=exam.duration_minutes)
    return deadline if exam.closes_at is None else min(deadline, exam.closes_at)


def give_granted_time(attempt: Attempt, now: datetime, *, by: User | None = None) -> TimeChange | None:
    """Bring a locked attempt whose clock runs up to the extra time its candidate has now; the caller saves it."""
    if attempt.deadline is None:
        return None
    granted = timing.granted(attempt.candidate_id, attempt.exam).extra
    given = attempt.time_changes.filter(kind=Kind.ACCOMMODATION).values_list("seconds", flat=True)
    more = granted - timedelta(seconds=sum(given))
    if more <= timing.NONE:
        return None
    attempt.deadline += more
    return TimeChange.objects.create(
        attempt=attempt,
        kind=Kind.ACCOMMODATION,
        reason=Reason.ACCOMMODATION,
        seconds=round(more.total_seconds()),
        by=by,
        at=now,
    )


@transaction.atomic
def add_time(*, by: User, attempt: Attempt, minutes: int, reason: str, note: str = "") -> TimeChange:
    """Move the deadline of an attempt that runs. One whose time is up already, and not handed in yet, gets the whole
    minutes from now.

    Raises Attempt.DoesNotExist for those who may not see it, NotAllowed for those who may only look, InvalidTimeChange,
    AttemptNotStarted or AttemptFinished.
    """
    _check(by, attempt, minutes, reason, note, REASONS_TO_ADD)
    attempt = locked_with_record(attempt)
    if attempt.state == Attempt.State.SUBMITTED:
        raise AttemptFinished("This attempt has been handed in. Reopen it instead.")
    if attempt.started_at is None or attempt.deadline is None:
        raise AttemptNotStarted("The clock of this attempt does not run yet. Grant an accommodation for more time.")
    now = timezone.now()
    attempt.deadline = max(attempt.deadline, now) + timedelta(minutes=minutes)
    attempt.save(update_fields=["deadline"])
    change = TimeChange.objects.create(
        attempt=attempt, kind=Kind.ADDED, seconds=minutes * 60, reason=reason, note=note.strip(), by=by, at=now
    )
    signals.time_changed.send(Attempt, attempt=attempt, change=change)
    return change


@transaction.atomic
def reopen(*, by: User, attempt: Attempt, minutes: int, reason: str, note: str = "") -> TimeChange:
    """An attempt that was handed in runs again, with ``minutes`` from now. Answers that came late stay late.

    Raises what ``add_time`` raises, and CannotReopen.
    """
    _check(by, attempt, minutes, reason, note, REASONS_TO_REOPEN)
    attempt = locked_with_record(attempt)
    _check_reopening(attempt)
    now = timezone.now()
    handed_in_at = attempt.submitted_at
    attempt.state, attempt.submitted_at = Attempt.State.RUNNING, None
    receipts.take_back(attempt)
    attempt.deadline = now + timedelta(minutes=minutes)
    attempt.save(update_fields=["state", "submitted_at", *receipts.FIELDS, "deadline"])
    change = TimeChange.objects.create(
        attempt=attempt,
        kind=Kind.REOPENED,
        seconds=minutes * 60,
        reason=reason,
        note=note.strip(),
        by=by,
        at=now,
        handed_in_at=handed_in_at,
    )
    signals.reopened.send(Attempt, attempt=attempt, change=change)
    return change


def _check(by: User, attempt: Attempt, minutes: int, reason: str, note: str, reasons: tuple[Reason, ...]) -> None:
    visible = selectors.attempt_for(by, attempt.pk)
    if not selectors.may_change_time(by, visible):
        raise NotAllowed("Only proctors and administrators of the exam's institution may change the time.")
    if isinstance(minutes, bool) or not 1 <= minutes <= MOST_MINUTES:
        raise InvalidTimeChange(f"Give whole minutes, from 1 to {MOST_MINUTES}.", field="minutes")
    if reason not in reasons:
        raise InvalidTimeChange("Choose a reason from the list.", field="reason")
    if reason == Reason.OTHER and not note.strip():
        raise InvalidTimeChange("Say in the note what the other reason is.", field="note")
    if len(note) > LONGEST_NOTE:
        raise InvalidTimeChange(f"The note may have {LONGEST_NOTE:,} characters.", field="note")


def _check_reopening(attempt: Attempt) -> None:
    if attempt.state == Attempt.State.RUNNING:
        raise CannotReopen("This attempt has not been handed in. Add time instead.")
    if attempt.started_at is None:
        raise CannotReopen("This attempt was never begun, so there is nothing to go on with.")
    if attempt.answers_deleted_at is not None:
        raise CannotReopen("The answers of this attempt were deleted, as was promised: nothing is left to go on with.")
    if attempt.exam.state == Exam.State.ARCHIVED:
        raise CannotReopen("The exam is archived. Take it out of the archive first.")
    if attempt.exam.results_published_at is not None:
        raise CannotReopen("The results of this exam are published. Withdraw them before anybody goes on with it.")
    if attempt.answers_deleted_at is not None:
        raise CannotReopen("The answers of this attempt were deleted, as promised, so nobody can go on with it.")
    newer = Attempt.objects.filter(exam=attempt.exam_id, candidate=attempt.candidate_id, number__gt=attempt.number)
    if newer.exists():
        raise CannotReopen("The candidate has begun a later attempt; only the last one can be reopened.")
