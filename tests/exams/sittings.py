"""Attempts that run, for tests of their time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from exams import services
from exams.models import Accommodation, Answer, Attempt, Question
from tests import factories
from tests.factories import People


def grant(people: People, **fields: Any) -> Accommodation:
    """An accommodation for the candidate of ``people``, in all exams unless told otherwise."""
    defaults: dict[str, Any] = {
        "institution": people.institution,
        "candidate": people.candidate,
        "reason": "Reads more slowly after an injury.",
    }
    accommodation = Accommodation(**(defaults | fields))
    return services.accommodations.grant(by=people.administrator, accommodation=accommodation)


def begin(people: People, **fields: Any) -> Attempt:
    """The candidate's started attempt at an exam of an hour."""
    exam = factories.exam(people.institution, candidates=(people.candidate,), **fields)
    return services.start_attempt(attempt=services.open_attempt(candidate=people.candidate, exam=exam))


def move(attempt: Attempt, by: timedelta) -> Attempt:
    """As if it had begun at another time: with ``by`` below zero, earlier."""
    attempt.refresh_from_db()
    assert attempt.started_at is not None and attempt.deadline is not None
    Attempt.objects.filter(pk=attempt.pk).update(started_at=attempt.started_at + by, deadline=attempt.deadline + by)
    for taken in attempt.breaks.all():
        taken.began_at, taken.ends_by = taken.began_at + by, taken.ends_by + by
        taken.ended_at = taken.ended_at and taken.ended_at + by
        taken.save()
    attempt.refresh_from_db()
    return attempt


def answer(attempt: Attempt, text: str = "It has one divisor.") -> Answer:
    question = factories.questions(attempt.exam).get(kind=Question.Kind.ESSAY)
    return services.save_answer(attempt=attempt, client_id=uuid4(), question_id=question.pk, value={"text": text})


def duration(attempt: Attempt) -> timedelta:
    """What the attempt has from its beginning to its deadline, as stored."""
    attempt.refresh_from_db()
    assert attempt.started_at is not None and attempt.deadline is not None
    return attempt.deadline - attempt.started_at
