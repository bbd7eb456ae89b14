"""What the API says about an attempt. Nothing here tells which choice is correct."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from exams import selectors, timing
from exams.api.time import break_payload
from exams.api.time import milliseconds as milliseconds
from exams.models import Answer, Attempt, Question


def question_payload(question: Question) -> dict[str, Any]:
    return {
        "id": question.pk,
        "kind": question.kind,
        "text": question.text,
        "choices": [{"id": choice.pk, "text": choice.text} for choice in question.choices.all()],
    }


def answer_payload(answer: Answer) -> dict[str, Any]:
    return {
        "question": answer.question_id,
        "revision": answer.revision,
        "saved_at_ms": milliseconds(answer.saved_at),
        "late": answer.late,
    }


def attempt_payload(attempt: Attempt) -> dict[str, Any]:
    """Questions and answers are there while the attempt runs: not before it was started, not during a break, not after
    it was handed in."""
    now = timezone.now()
    breaks = timing.break_time(attempt, now)
    running = attempt.state == Attempt.State.RUNNING and attempt.started_at is not None and breaks.open is None
    answers = selectors.current_answers(attempt).values() if running else ()
    return {
        "id": str(attempt.pk),
        "exam": attempt.exam.title,
        "state": attempt.state,
        "started_at_ms": milliseconds(attempt.started_at),
        "deadline_ms": milliseconds(attempt.deadline),
        "submitted_at_ms": milliseconds(attempt.submitted_at),
        "server_time_ms": milliseconds(now),
        "break": break_payload(breaks),
        "questions": [question_payload(question) for question in selectors.paper_of(attempt)] if running else [],
        "answers": {str(answer.question_id): answer_payload(answer) | {"value": answer.value} for answer in answers},
    }
