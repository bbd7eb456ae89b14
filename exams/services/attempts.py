"""Opening, starting and handing in an attempt, and saving its answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from exams import asked, receipts
from exams.answers import check_value
from exams.errors import (
    AttemptFinished,
    AttemptNotStarted,
    ExamNotOpen,
    InvalidAnswer,
    NotEnrolled,
    OnBreak,
    TimeLeft,
)
from exams.models import Answer, Attempt, Break, Exam, User
from exams.services import outages
from exams.services.breaks import end_with_attempt
from exams.services.locking import locked, locked_with_record
from exams.services.marking import mark_handed_in
from exams.services.time import deadline_at_start, give_granted_time
from exams.services.webhooks import publish
from exams.webhooks.events import WebhookEvent, attempt_data

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class OpenBreak(TypedDict):
    break_ends_by: datetime | None


# An answer that an outbox brings later than this after the deadline is kept no more.
LATEST_ANSWER = timedelta(hours=24)


@transaction.atomic
def open_attempt(*, candidate: User, exam: Exam) -> Attempt:
    """The candidate's attempt that goes on, or their next one. The clock does not run before it starts.

    Raises AttemptFinished when all attempts are used up, NotEnrolled or ExamNotOpen.
    """
    newest = Attempt.objects.filter(exam=exam, candidate=candidate).order_by("-number").first()
    running = newest is not None and newest.state == Attempt.State.RUNNING
    if newest is not None and not running and newest.number >= exam.attempts_allowed:
        raise AttemptFinished("You have already handed in this exam.")
    # Locked, so that nobody is taken off the exam while they begin it.
    if exam.enrolments.select_for_update().filter(candidate=candidate).order_by("pk").first() is None:
        raise NotEnrolled
    if newest is not None and running and newest.started_at is not None:
        return newest  # also when the exam has closed meanwhile: the clock that counts is the attempt's own
    if not exam.is_open():
        raise ExamNotOpen
    if newest is not None and running:
        return newest
    version = exam.current_version
    if version is None:
        raise ExamNotOpen("This exam has no published questions yet. Please ask your institution.")
    number = 1 if newest is None else newest.number + 1
    attempt, _ = Attempt.objects.get_or_create(
        exam=exam, candidate=candidate, number=number, defaults={"version": version}
    )
    return attempt


@transaction.atomic
def start_attempt(*, attempt: Attempt) -> Attempt:
    """Start the clock; starting again changes nothing. The exam's closing time caps the deadline, but for what was
    granted to the candidate."""
    attempt = locked(attempt)
    if attempt.state == Attempt.State.SUBMITTED:
        raise AttemptFinished("You have already handed in this exam.")
    if attempt.started_at is not None:
        return attempt
    now = timezone.now()
    exam = attempt.exam
    if not exam.is_open(now):
        raise ExamNotOpen
    attempt.started_at, attempt.deadline = now, deadline_at_start(exam, now)
    give_granted_time(attempt, now)
    attempt.save(update_fields=["started_at", "deadline"])
    publish(exam.institution_id, WebhookEvent.ATTEMPT_STARTED, attempt_data(attempt))
    return attempt


@transaction.atomic
def submit_attempt(*, attempt: Attempt) -> Attempt:
    """Hand the attempt in; handing it in again changes nothing."""
    attempt = locked_with_record(attempt)
    if attempt.state == Attempt.State.RUNNING:
        now = timezone.now()
        end_with_attempt(attempt, now)
        attempt.state, attempt.submitted_at = Attempt.State.SUBMITTED, now
        receipts.write(attempt, now)
        attempt.save(update_fields=["state", "submitted_at", *receipts.FIELDS])
        publish(attempt.exam.institution_id, WebhookEvent.ATTEMPT_SUBMITTED, attempt_data(attempt))
        mark_handed_in(attempt)
    return attempt


@transaction.atomic
def submit_when_due(*, attempt: Attempt) -> Attempt:
    """Hand in an attempt because its time is up. Raises TimeLeft while it is not."""
    attempt = locked_with_record(attempt)
    if attempt.state == Attempt.State.RUNNING and not is_due(attempt, timezone.now()):
        raise TimeLeft
    return submit_attempt(attempt=attempt)


def is_due(attempt: Attempt, now: datetime) -> bool:
    """Its time is up: by the clock, and not because an outage took time that nobody has given back yet."""
    return attempt.deadline is not None and attempt.deadline <= now and not outages.goes_on(now)


def save_answer(*, attempt: Attempt, client_id: UUID, question_id: int, value: dict[str, Any]) -> Answer:
    """As :func:`save_own_answer`, for an attempt that somebody has in hand."""
    return save_own_answer(
        candidate_id=attempt.candidate_id,
        attempt_id=attempt.pk,
        client_id=client_id,
        question_id=question_id,
        value=value,
    )


# Built once: building it costs about as much as asking. The break is the one that nobody has ended, over or not; nobody
# else can change the row before the transaction ends.
_TO_SAVE_IN: QuerySet[WithAnnotations[Attempt, OpenBreak]] = (
    Attempt.objects.select_for_update(of=("self",))
    .select_related("version")
    .only("seed", "state", "started_at", "deadline", "submitted_at", "version__frozen_at")
    .annotate(break_ends_by=Break.objects.filter(attempt=OuterRef("pk"), ended_at__isnull=True).values("ends_by")[:1])
)


@transaction.atomic
def save_own_answer(
    *, candidate_id: int, attempt_id: UUID, client_id: UUID, question_id: int, value: dict[str, Any]
) -> Answer:
    """Keep ``value`` as the question's next revision, or return the revision that ``client_id`` already made.

    An answer that comes after the deadline is kept and marked late, also when the server has handed the attempt in by
    then. One that comes after the candidate has handed in is refused, and so is one during a break, unless it repeats
    an answer that is already there. Raises Attempt.DoesNotExist for an attempt that is not the candidate's.

    What happens most often on the whole site: three statements, however many questions and revisions there are.
    """
    now = timezone.now()
    attempt = _TO_SAVE_IN.get(pk=attempt_id, candidate=candidate_id)
    known = attempt.answers.filter(Q(question=question_id) | Q(client_id=client_id)).aggregate(
        newest=Max("revision", filter=Q(question=question_id)), repeats=Count("pk", filter=Q(client_id=client_id))
    )
    if known["repeats"]:
        return _repeated(attempt, client_id=client_id, question_id=question_id, value=value)
    if attempt.state == Attempt.State.SUBMITTED and not _ran_out(attempt, now):
        raise AttemptFinished
    if attempt.started_at is None or attempt.deadline is None:
        raise AttemptNotStarted
    if attempt.break_ends_by is not None and attempt.break_ends_by > now:
        raise OnBreak
    question = asked.question_for(attempt, question_id)
    if question is None:
        raise InvalidAnswer("This question does not belong to the exam.", field="question", code="unknown_question")
    return Answer.objects.create(
        attempt=attempt,
        question=question,
        revision=(known["newest"] or 0) + 1,
        client_id=client_id,
        value=check_value(question=question, value=value, seed=attempt.seed),
        saved_at=now,
        late=now > attempt.deadline,
    )


def _repeated(attempt: Attempt, *, client_id: UUID, question_id: int, value: dict[str, Any]) -> Answer:
    answer = attempt.answers.select_related("question").get(client_id=client_id)
    question = answer.question
    if question.pk != question_id or answer.value != check_value(question=question, value=value, seed=attempt.seed):
        raise InvalidAnswer("This id was already used for another answer.", field="client_id", code="client_id_reused")
    return answer


def _ran_out(attempt: Attempt, now: datetime) -> bool:
    """It was handed in because its time was up, not long ago: what was on its way is kept, and marked."""
    if attempt.submitted_at is None or attempt.deadline is None:
        return False
    return attempt.deadline <= attempt.submitted_at and now <= attempt.deadline + LATEST_ANSWER
