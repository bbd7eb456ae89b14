"""Who sees which exams and attempts."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from exams import selectors, services
from exams.models import Attempt, Exam, Question
from tests import factories

pytestmark = pytest.mark.django_db


def test_open_exams_are_published_within_their_hours_and_the_candidates_own() -> None:
    candidate, now = factories.user(), timezone.now()
    mine = factories.exam(candidates=(candidate,), opens_at=now - timedelta(hours=1))
    factories.exam()
    factories.exam(candidates=(candidate,), state=Exam.State.DRAFT)
    factories.exam(candidates=(candidate,), closes_at=now - timedelta(hours=1))
    later = factories.exam(candidates=(candidate,), opens_at=now + timedelta(hours=1))
    assert list(selectors.exams_open_to(candidate)) == [mine]
    assert list(selectors.exams_coming_up_for(candidate)) == [later]


def test_an_attempt_is_its_candidates_alone() -> None:
    people = factories.people()
    attempt = factories.attempt(factories.exam(people.institution), people.candidate)
    assert selectors.own_attempt_for(people.candidate, attempt.pk) == attempt
    for other in (people.other_candidate, people.proctor, people.superuser, AnonymousUser()):
        with pytest.raises(Attempt.DoesNotExist):
            selectors.own_attempt_for(other, attempt.pk)


def test_a_draft_is_nobodys() -> None:
    candidate = factories.user()
    exam = factories.exam(candidates=(candidate,), state=Exam.State.DRAFT)
    with pytest.raises(Exam.DoesNotExist):
        selectors.enrolled_exam_for(candidate, exam.pk)


def test_the_current_answer_is_the_newest_revision() -> None:
    candidate = factories.user()
    exam = factories.exam(candidates=(candidate,))
    attempt = services.start_attempt(attempt=services.open_attempt(candidate=candidate, exam=exam))
    question = factories.questions(exam).get(kind=Question.Kind.ESSAY)
    for text in ("first", "second"):
        services.save_answer(attempt=attempt, client_id=uuid4(), question_id=question.pk, value={"text": text})
    assert {pk: answer.value for pk, answer in selectors.current_answers(attempt).items()} == {
        question.pk: {"text": "second"}
    }
