"""Opening, starting and handing in an attempt, and saving its answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from exams import paper
from exams.answers import check_value
from exams.errors import AttemptFinished, AttemptNotStarted, ExamNotOpen, InvalidAnswer, NotEnrolled
from exams.models import Answer, Attempt, Exam, Question, User
from exams.services.marking import mark_handed_in
from exams.services.webhooks import publish
from exams.webhooks.events import WebhookEvent, attempt_data


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
    """Start the clock; starting again changes nothing. The exam's closing time caps the deadline."""
    attempt = _locked(attempt)
    if attempt.state == Attempt.State.SUBMITTED:
        raise AttemptFinished("You have already handed in this exam.")
    if attempt.started_at is not None:
        return attempt
    now = timezone.now()
    exam = attempt.exam
    if not exam.is_open(now):
        raise ExamNotOpen
    deadline = now + timedelta(minutes=exam.duration_minutes)
    attempt.started_at = now
    attempt.deadline = min(deadline, exam.closes_at) if exam.closes_at else deadline
    attempt.save(update_fields=["started_at", "deadline"])
    publish(exam.institution_id, WebhookEvent.ATTEMPT_STARTED, attempt_data(attempt))
    return attempt


@transaction.atomic
def submit_attempt(*, attempt: Attempt) -> Attempt:
    """Hand the attempt in; handing it in again changes nothing."""
    attempt = _locked(attempt)
    if attempt.state == Attempt.State.RUNNING:
        attempt.state = Attempt.State.SUBMITTED
        attempt.submitted_at = timezone.now()
        attempt.save(update_fields=["state", "submitted_at"])
        publish(attempt.exam.institution_id, WebhookEvent.ATTEMPT_SUBMITTED, attempt_data(attempt))
        mark_handed_in(attempt)
    return attempt


@transaction.atomic
def save_answer(*, attempt: Attempt, client_id: UUID, question_id: int, value: dict[str, Any]) -> Answer:
    """Keep ``value`` as the question's next revision, or return the revision that ``client_id`` already made.

    An answer that comes after the deadline is kept and marked late; one that comes after handing in is refused,
    unless it repeats an answer that is already there.
    """
    attempt = _locked(attempt)
    repeat = Answer.objects.filter(attempt=attempt, client_id=client_id).first()
    if repeat is not None:
        question = Question.objects.get(pk=repeat.question_id)
        same = question.pk == question_id
        if not same or repeat.value != check_value(question=question, value=value, seed=attempt.seed):
            raise InvalidAnswer(
                "This id was already used for another answer.", field="client_id", code="client_id_reused"
            )
        return repeat
    if attempt.state == Attempt.State.SUBMITTED:
        raise AttemptFinished
    if attempt.started_at is None:
        raise AttemptNotStarted
    question = _asked(attempt, question_id)
    kept = check_value(question=question, value=value, seed=attempt.seed)
    newest: int | None = attempt.answers.filter(question=question).aggregate(newest=Max("revision"))["newest"]
    now = timezone.now()
    return Answer.objects.create(
        attempt=attempt,
        question=question,
        revision=(newest or 0) + 1,
        client_id=client_id,
        value=kept,
        saved_at=now,
        late=attempt.deadline is not None and now > attempt.deadline,
    )


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


def _locked(attempt: Attempt) -> Attempt:
    """A fresh copy nobody else can change before this transaction ends."""
    return Attempt.objects.select_for_update(of=("self",)).select_related("exam").get(pk=attempt.pk)
