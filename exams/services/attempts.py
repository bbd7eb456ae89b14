"""Opening, starting and handing in an attempt, and saving its answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from exams.errors import AttemptFinished, AttemptNotStarted, ExamNotOpen, InvalidAnswer, NotEnrolled
from exams.models import Answer, Attempt, Exam, Question, User
from exams.services.webhooks import publish
from exams.webhooks.events import WebhookEvent, attempt_data

MAX_TEXT_LENGTH = 20_000


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
        if repeat.question_id != question_id or repeat.value != value:
            raise InvalidAnswer(
                "This id was already used for another answer.", field="client_id", code="client_id_reused"
            )
        return repeat
    if attempt.state == Attempt.State.SUBMITTED:
        raise AttemptFinished
    if attempt.started_at is None:
        raise AttemptNotStarted
    question = Question.objects.filter(pk=question_id, section__version=attempt.version_id).first()
    if question is None:
        raise InvalidAnswer("This question does not belong to the exam.", field="question", code="unknown_question")
    check_value(question=question, value=value)
    newest: int | None = attempt.answers.filter(question=question).aggregate(newest=Max("revision"))["newest"]
    now = timezone.now()
    return Answer.objects.create(
        attempt=attempt,
        question=question,
        revision=(newest or 0) + 1,
        client_id=client_id,
        value=value,
        saved_at=now,
        late=attempt.deadline is not None and now > attempt.deadline,
    )


def check_value(*, question: Question, value: dict[str, Any]) -> None:
    """Raises InvalidAnswer unless ``value`` is ``{"choice": id of one of its choices}`` or ``{"text": "…"}``."""
    wanted = "choice" if question.kind == Question.Kind.SINGLE_CHOICE else "text"
    if set(value) != {wanted}:
        raise InvalidAnswer(f"This question takes an answer of the form {{“{wanted}”: …}}.", field="value")
    content = value[wanted]
    if wanted == "choice":
        # bool is an int in Python, and {"choice": true} is not the choice numbered 1.
        if type(content) is not int or not question.choices.filter(pk=content).exists():
            raise InvalidAnswer("This choice does not belong to the question.", field="value", code="unknown_choice")
    elif not isinstance(content, str):
        raise InvalidAnswer("The text of an answer must be text.", field="value")
    elif len(content) > MAX_TEXT_LENGTH:
        raise InvalidAnswer(
            f"The answer is {len(content):,} characters long; at most {MAX_TEXT_LENGTH:,} can be kept.",
            field="value",
            code="text_too_long",
        )
    elif not _storable(content):
        raise InvalidAnswer("The answer holds a character that cannot be kept.", field="value", code="bad_character")


def _storable(text: str) -> bool:
    """PostgreSQL's JSON takes neither NUL nor half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _locked(attempt: Attempt) -> Attempt:
    """A fresh copy nobody else can change before this transaction ends."""
    return Attempt.objects.select_for_update(of=("self",)).select_related("exam").get(pk=attempt.pk)
