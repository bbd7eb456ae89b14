"""Attempts and answers: the server's clock, repeats, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from exams import services
from exams.errors import AttemptFinished, AttemptNotStarted, ExamNotOpen, InvalidAnswer, NotEnrolled
from exams.models import Answer, Attempt, Exam, Question
from tests import factories

pytestmark = pytest.mark.django_db


def sitting(**fields: Any) -> Attempt:
    """A candidate's started attempt at an exam with one choice and one text question."""
    candidate = factories.user()
    made = factories.exam(candidates=(candidate,), **fields)
    return services.start_attempt(attempt=services.open_attempt(candidate=candidate, exam=made))


def question(attempt: Attempt, kind: str) -> Question:
    return factories.questions(attempt.exam).get(kind=kind)


def choose(attempt: Attempt, *, client_id: UUID | None = None, index: int = 0) -> Answer:
    asked = question(attempt, Question.Kind.SINGLE_CHOICE)
    return services.save_answer(
        attempt=attempt,
        client_id=client_id or uuid4(),
        question_id=asked.pk,
        value={"choice": asked.choices.all()[index].pk},
    )


def write(attempt: Attempt, value: dict[str, Any]) -> Answer:
    asked = question(attempt, Question.Kind.ESSAY)
    return services.save_answer(attempt=attempt, client_id=uuid4(), question_id=asked.pk, value=value)


def test_opening_makes_one_attempt_and_starts_no_clock() -> None:
    candidate = factories.user()
    exam = factories.exam(candidates=(candidate,))
    first = services.open_attempt(candidate=candidate, exam=exam)
    assert services.open_attempt(candidate=candidate, exam=exam) == first
    assert first.started_at is None


def test_opening_requires_enrolment() -> None:
    with pytest.raises(NotEnrolled):
        services.open_attempt(candidate=factories.user(), exam=factories.exam())


@pytest.mark.parametrize(
    "fields",
    [
        {"state": Exam.State.CLOSED},
        {"state": Exam.State.DRAFT},
        {"opens_at": timezone.now() + timedelta(days=1)},
        {"closes_at": timezone.now() - timedelta(days=1)},
    ],
)
def test_opening_requires_an_open_exam(fields: dict[str, Any]) -> None:
    candidate = factories.user()
    with pytest.raises(ExamNotOpen):
        services.open_attempt(candidate=candidate, exam=factories.exam(candidates=(candidate,), **fields))


def test_starting_gives_the_whole_duration() -> None:
    attempt = sitting(duration_minutes=45)
    assert attempt.started_at is not None and attempt.deadline is not None
    assert attempt.deadline - attempt.started_at == timedelta(minutes=45)


def test_the_closing_time_caps_the_deadline() -> None:
    closes_at = timezone.now() + timedelta(minutes=10)
    assert sitting(duration_minutes=45, closes_at=closes_at).deadline == closes_at


def test_starting_again_changes_nothing() -> None:
    attempt = sitting()
    assert services.start_attempt(attempt=attempt).deadline == attempt.deadline


def test_starting_requires_an_open_exam() -> None:
    candidate = factories.user()
    exam = factories.exam(candidates=(candidate,))
    attempt = services.open_attempt(candidate=candidate, exam=exam)
    Exam.objects.update(state=Exam.State.CLOSED)
    with pytest.raises(ExamNotOpen):
        services.start_attempt(attempt=attempt)


def test_a_submitted_attempt_is_neither_opened_nor_started_again() -> None:
    attempt = services.submit_attempt(attempt=sitting())
    with pytest.raises(AttemptFinished):
        services.open_attempt(candidate=attempt.candidate, exam=attempt.exam)
    with pytest.raises(AttemptFinished):
        services.start_attempt(attempt=attempt)


def test_submitting_again_keeps_the_first_time() -> None:
    attempt = services.submit_attempt(attempt=sitting())
    assert services.submit_attempt(attempt=attempt).submitted_at == attempt.submitted_at


def test_every_answer_is_a_revision_of_its_question() -> None:
    attempt = sitting()
    assert [choose(attempt, index=index).revision for index in (0, 1)] == [1, 2]
    assert write(attempt, {"text": "It has one divisor."}).revision == 1
    assert not Answer.objects.filter(late=True).exists()


def test_a_repeat_returns_the_answer_that_is_there() -> None:
    attempt, client_id = sitting(), uuid4()
    first = choose(attempt, client_id=client_id)
    assert choose(attempt, client_id=client_id) == first
    assert Answer.objects.count() == 1


def test_a_repeat_is_recognised_after_handing_in() -> None:
    attempt, client_id = sitting(), uuid4()
    first = choose(attempt, client_id=client_id)
    services.submit_attempt(attempt=attempt)
    assert choose(attempt, client_id=client_id) == first


def test_an_id_is_not_used_for_another_answer() -> None:
    attempt, client_id = sitting(), uuid4()
    choose(attempt, client_id=client_id)
    with pytest.raises(InvalidAnswer) as caught:
        choose(attempt, client_id=client_id, index=1)
    assert caught.value.code == "client_id_reused"


def test_an_answer_after_the_deadline_is_kept_and_marked() -> None:
    attempt = sitting()
    Attempt.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    assert choose(attempt).late


def test_an_answer_after_handing_in_is_refused() -> None:
    attempt = services.submit_attempt(attempt=sitting())
    with pytest.raises(AttemptFinished):
        choose(attempt)


def test_an_answer_before_the_start_is_refused() -> None:
    candidate = factories.user()
    exam = factories.exam(candidates=(candidate,))
    with pytest.raises(AttemptNotStarted):
        choose(services.open_attempt(candidate=candidate, exam=exam))


def test_a_question_of_another_exam_is_refused() -> None:
    foreign = factories.questions(factories.exam()).get(kind=Question.Kind.ESSAY)
    with pytest.raises(InvalidAnswer) as caught:
        services.save_answer(attempt=sitting(), client_id=uuid4(), question_id=foreign.pk, value={"text": "?"})
    assert (caught.value.code, caught.value.field) == ("unknown_question", "question")
