"""Opening, starting and handing in an attempt, and saving its answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from exams import paper, timing
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
from exams.models import Answer, Attempt, Exam, Question, User
from exams.services import outages
from exams.services.breaks import end_with_attempt
from exams.services.locking import locked, locked_with_record, rows
from exams.services.marking import mark_handed_in
from exams.services.time import deadline_at_start, give_granted_time
from exams.services.webhooks import publish
from exams.webhooks.events import WebhookEvent, attempt_data

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
    if not exam.enrolments.filter(candidate=candidate).exists():
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
        attempt.save(update_fields=["state", "submitted_at"])
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


@transaction.atomic
def save_answer(*, attempt: Attempt, client_id: UUID, question_id: int, value: dict[str, Any]) -> Answer:
    """Keep ``value`` as the question's next revision, or return the revision that ``client_id`` already made.

    An answer that comes after the deadline is kept and marked late, also when the server has handed the attempt in by
    then. One that comes after the candidate has handed in is refused, and so is one during a break, unless it repeats
    an answer that is already there.
    """
    now = timezone.now()
    row = rows().annotate(is_on_break=timing.on_break(now)).get(pk=attempt.pk)
    attempt = row
    repeat = Answer.objects.filter(attempt=attempt, client_id=client_id).first()
    if repeat is not None:
        question = Question.objects.get(pk=repeat.question_id)
        same = question.pk == question_id
        if not same or repeat.value != check_value(question=question, value=value, seed=attempt.seed):
            raise InvalidAnswer(
                "This id was already used for another answer.", field="client_id", code="client_id_reused"
            )
        return repeat
    if attempt.state == Attempt.State.SUBMITTED and not _ran_out(attempt, now):
        raise AttemptFinished
    if attempt.started_at is None or attempt.deadline is None:
        raise AttemptNotStarted
    if row.is_on_break:
        raise OnBreak
    question = _asked(attempt, question_id)
    kept = check_value(question=question, value=value, seed=attempt.seed)
    newest: int | None = attempt.answers.filter(question=question).aggregate(newest=Max("revision"))["newest"]
    return Answer.objects.create(
        attempt=attempt,
        question=question,
        revision=(newest or 0) + 1,
        client_id=client_id,
        value=kept,
        saved_at=now,
        late=now > attempt.deadline,
    )


def _ran_out(attempt: Attempt, now: datetime) -> bool:
    """It was handed in because its time was up, not long ago: what was on its way is kept, and marked."""
    if attempt.submitted_at is None or attempt.deadline is None:
        return False
    return attempt.deadline <= attempt.submitted_at and now <= attempt.deadline + LATEST_ANSWER


def _asked(attempt: Attempt, question_id: int) -> Question:
    """The question, where this attempt's paper has it: of a pool, only what was drawn."""
    question = (
        Question.objects.filter(pk=question_id, section__version=attempt.version_id).select_related("pool").first()
    )
    if question is None or not _drawn(attempt, question):
        raise InvalidAnswer("This question does not belong to the exam.", field="question", code="unknown_question")
    return question


def _drawn(attempt: Attempt, question: Question) -> bool:
    if question.pool is None:
        return True
    members = question.pool.questions.values_list("pk", flat=True)
    return question.pk in paper.drawn_from(attempt.seed, question.pool, members)
