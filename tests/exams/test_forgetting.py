"""Answers are deleted when it was promised; what they earned stays."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from exams import services
from exams.errors import CannotReopen
from exams.models import Answer, Attempt, Mark, MarkChange
from tests import factories
from tests.exams import marked

pytestmark = pytest.mark.django_db


def forgotten() -> Attempt:
    """A marked attempt, its essay by a person, whose answers were deleted since."""
    people = factories.people()
    attempt = marked.handed_in(marked.exam(people.institution), marked.RIGHT, people.candidate)
    essay = marked.mark(attempt, "essay")
    services.give_mark(mark=essay, by=people.administrator, points=Decimal(4), comment="You write “two divisors”: yes.")
    assert services.forget_answers(attempt=attempt, at=timezone.now()) == len(marked.RIGHT)
    attempt.refresh_from_db()
    return attempt


def test_answers_and_words_about_them_go_and_points_stay() -> None:
    attempt = forgotten()
    assert not Answer.objects.exists()
    assert not Mark.objects.exclude(comment="").exists()
    assert not MarkChange.objects.exclude(comment="").exists()
    assert attempt.score == 17
    assert marked.points(attempt)["prime"] == 2
    assert attempt.answers_deleted_at is not None


def test_nothing_is_marked_again_without_its_answers() -> None:
    attempt = forgotten()
    services.remark(attempt.exam)
    services.mark_attempt(attempt=attempt)
    attempt.refresh_from_db()
    assert attempt.score == 17


def test_deleting_again_keeps_the_first_time() -> None:
    attempt = forgotten()
    first = attempt.answers_deleted_at
    assert services.forget_answers(attempt=attempt, at=timezone.now()) == 0
    attempt.refresh_from_db()
    assert attempt.answers_deleted_at == first


def test_an_attempt_without_its_answers_is_not_reopened() -> None:
    attempt = forgotten()
    with pytest.raises(CannotReopen, match="were deleted"):
        services.reopen(by=factories.user(is_superuser=True), attempt=attempt, minutes=5, reason="technical")
