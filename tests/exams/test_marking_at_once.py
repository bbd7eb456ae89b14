"""Attempts are marked when they are handed in: what counts, what waits for a person, and doing it again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams import services
from exams.models import Answer, Attempt, Mark, MarkChange, Pool, Question
from exams.services import marking
from tests import factories
from tests.exams import marked
from tests.exams.marked import RIGHT, handed_in, points

pytestmark = pytest.mark.django_db

FULL = {"prime": 2, "even": 4, "pi": 1, "capital": 1, "pairs": 2, "order": 3, "essay": None}


def test_right_answers_of_every_kind_earn_everything_and_the_essay_waits() -> None:
    attempt = handed_in(marked.exam(), RIGHT)
    assert points(attempt) == FULL
    assert attempt.score == 13
    assert attempt.max_score == 18
    assert attempt.marked_at is None
    assert not marked.mark(attempt, "essay").automatic


@pytest.mark.parametrize(
    ("name", "said", "earned"),
    [
        ("prime", "21", "-0.5"),
        ("even", ["2", "5"], 0),
        ("even", ["2"], 2),
        ("pi", "3.2", 0),
        ("capital", "Quito", 0),
        ("pairs", {"dog": "moo", "cat": "mew"}, 1),
        ("order", ["1st", "3rd", "2nd"], 1),
        ("essay", "  ", 0),
    ],
)
def test_answers_of_an_attempt_are_read_as_its_page_wrote_them(name: str, said: Any, earned: Any) -> None:
    attempt = handed_in(marked.exam(), {name: said})
    assert points(attempt)[name] == Decimal(str(earned))


def test_questions_without_an_answer_are_marked_with_nothing() -> None:
    attempt = handed_in(marked.exam(), {})
    assert points(attempt) == dict.fromkeys(FULL, Decimal(0))
    assert attempt.score == 0
    assert attempt.max_score == 18
    assert attempt.marked_at is not None


def test_a_score_is_never_below_nothing() -> None:
    attempt = handed_in(marked.exam(), {"prime": "21"})
    assert points(attempt)["prime"] == Decimal("-0.5")
    assert attempt.score == 0


def test_the_last_revision_counts() -> None:
    attempt = marked.sitting(marked.exam(), {"prime": "21"})
    marked.answer(attempt, "prime", "23")
    services.submit_attempt(attempt=attempt)
    assert points(attempt)["prime"] == 2


def test_an_answer_that_was_taken_back_is_none() -> None:
    attempt = marked.sitting(marked.exam(), {"even": ["2", "4"]})
    marked.answer(attempt, "even", [])
    services.submit_attempt(attempt=attempt)
    assert points(attempt)["even"] == 0


def test_what_came_late_does_not_count() -> None:
    attempt = marked.sitting(marked.exam(), {"prime": "21"})
    Attempt.objects.filter(pk=attempt.pk).update(deadline=timezone.now() - timedelta(seconds=1))
    marked.answer(attempt, "prime", "23")
    marked.answer(attempt, "pi", "3.14")
    services.submit_attempt(attempt=attempt)
    assert points(attempt)["prime"] == Decimal("-0.5")
    assert points(attempt)["pi"] == 0
    assert marked.mark(attempt, "prime").answer == attempt.answers.get(question__name="prime", late=False)


def test_a_running_attempt_is_not_marked() -> None:
    attempt = marked.sitting(marked.exam(), RIGHT)
    marking.mark_attempt(attempt=attempt)
    assert points(attempt) == {}


def test_of_a_pool_only_what_was_drawn_is_marked() -> None:
    exam = marked.exam(None, marked.PRIME, marked.EVEN, marked.PI, state="draft")
    pool = Pool.objects.create(section=factories.section(exam), name="numbers", draw=2)
    Question.objects.filter(section__version__exam=exam).update(pool=pool)
    attempt = handed_in(exam, {})
    assert len(points(attempt)) == 2


def test_marking_again_changes_nothing_and_keeps_what_a_person_gave() -> None:
    attempt = handed_in(marked.exam(), RIGHT)
    marker = factories.user()
    Mark.objects.filter(attempt=attempt, question__name="essay").update(points=3, by=marker, automatic=False)
    before = list(Mark.objects.filter(attempt=attempt).values())
    again = marking.mark_attempt(attempt=attempt)
    assert list(Mark.objects.filter(attempt=attempt).values()) == before
    assert again.score == 16
    assert not MarkChange.objects.exists()


def reopened(attempt: Attempt) -> Attempt:
    Attempt.objects.filter(pk=attempt.pk).update(state=Attempt.State.RUNNING)
    attempt.refresh_from_db()
    return attempt


def test_a_changed_essay_waits_again_after_reopening_and_an_unchanged_one_keeps_its_mark() -> None:
    exam = marked.exam()
    first, second = handed_in(exam, RIGHT), handed_in(exam, RIGHT)
    Mark.objects.filter(question__name="essay").update(points=3, by=factories.user(), automatic=False)
    marked.answer(reopened(first), "essay", "Now I know better.")
    marked.answer(reopened(second), "essay", RIGHT["essay"])
    for attempt in (first, second):
        services.submit_attempt(attempt=attempt)
    assert points(first)["essay"] is None
    assert points(second)["essay"] == 3
    change = MarkChange.objects.get()
    assert change.before == 3
    assert change.after is None
    assert marked.mark(second, "essay").answer == Answer.objects.filter(attempt=second).latest("pk")


def test_handing_in_succeeds_where_marking_fails_and_is_marked_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    exam = marked.exam(None, marked.PRIME)
    Question.objects.filter(section__version__exam=exam).update(kind="riddle")
    attempt = services.submit_attempt(attempt=factories.attempt(exam, factories.user(), started_at=timezone.now()))
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.SUBMITTED
    assert attempt.max_score is None
    assert "could not be marked" in caplog.text
    Question.objects.filter(section__version__exam=exam).update(kind=Question.Kind.SINGLE_CHOICE)
    marking.remark(exam)
    attempt.refresh_from_db()
    assert attempt.max_score == 2


def queries_of_marking(attempts: int) -> int:
    exam = marked.exam()
    for _ in range(attempts):
        handed_in(exam, RIGHT)
    with CaptureQueriesContext(connection) as captured:
        marking.remark(exam)
    return len(captured)


def test_marking_takes_as_many_queries_for_many_attempts_as_for_one() -> None:
    assert queries_of_marking(4) == queries_of_marking(1)
