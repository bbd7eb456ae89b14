"""Results are shown when the institution says so: what stands in the way, who said so, and who is told."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry

from exams.errors import ResultsNotReady
from exams.models import Attempt, Exam, ResultsRelease, User, WebhookDelivery, WebhookEndpoint
from exams.services import grading, releasing
from tests import factories
from tests.exams import marked
from tests.exams.marked import RIGHT, handed_in

pytestmark = pytest.mark.django_db


def author(exam: Exam) -> User:
    return factories.user(role="author", at=exam.institution)


def without_essay(count: int = 1) -> Exam:
    exam = marked.exam(None, marked.PRIME)
    for _ in range(count):
        handed_in(exam, {"prime": "23"})
    return exam


def test_publishing_and_withdrawing_are_kept_with_who_did_it() -> None:
    exam = without_essay()
    by = author(exam)
    published = releasing.publish_results(exam=exam, by=by)
    assert published.results_published_at is not None
    assert releasing.withdraw_results(exam=exam, by=by).results_published_at is None
    assert list(ResultsRelease.objects.order_by("pk").values_list("published", "by")) == [(True, by.pk), (False, by.pk)]
    assert LogEntry.objects.filter(object_id=str(exam.pk), user=by).count() == 2


def test_doing_it_again_changes_nothing() -> None:
    exam = without_essay()
    first = releasing.publish_results(exam=exam, by=author(exam))
    assert releasing.publish_results(exam=exam, by=author(exam)).results_published_at == first.results_published_at
    releasing.withdraw_results(exam=exam, by=author(exam))
    releasing.withdraw_results(exam=exam, by=author(exam))
    assert ResultsRelease.objects.count() == 2


def test_nothing_is_published_before_anybody_handed_in() -> None:
    exam = marked.exam()
    marked.sitting(exam, RIGHT)
    with pytest.raises(ResultsNotReady, match="Nobody has handed in"):
        releasing.publish_results(exam=exam, by=author(exam))


def test_essays_that_wait_are_counted_and_stand_in_the_way_unless_it_is_insisted() -> None:
    exam = marked.exam()
    for _ in range(2):
        handed_in(exam, RIGHT)
    with pytest.raises(ResultsNotReady, match="2 answers still wait"):
        releasing.publish_results(exam=exam, by=author(exam))
    exam.refresh_from_db()
    assert exam.results_published_at is None
    assert releasing.publish_results(exam=exam, by=author(exam), force=True).results_published_at is not None
    assert ResultsRelease.objects.get().waiting == 2


def test_attempts_that_could_not_be_marked_stand_in_the_way_even_then() -> None:
    exam = without_essay()
    Attempt.objects.update(score=None, max_score=None, marked_at=None)
    with pytest.raises(ResultsNotReady, match="1 attempt is not marked yet"):
        releasing.publish_results(exam=exam, by=author(exam), force=True)


def told(exam: Exam) -> list[tuple[str, str]]:
    """Attempt and score of every delivery about a result, in order."""
    deliveries = WebhookDelivery.objects.filter(event="result.published").order_by("created_at", "pk")
    return [(delivery.payload["attempt"], delivery.payload["score"]) for delivery in deliveries]


def listened_to(exam: Exam) -> Exam:
    WebhookEndpoint.objects.create(
        institution=exam.institution, url="https://example.org/hook", events=["result.published"]
    )
    return exam


def test_other_systems_are_told_each_result_once_it_is_published() -> None:
    exam = listened_to(without_essay(2))
    assert told(exam) == []
    releasing.publish_results(exam=exam, by=author(exam))
    assert sorted(told(exam)) == sorted((str(attempt.pk), "2.00") for attempt in exam.attempts.all())
    late = handed_in(exam, {"prime": "23"})
    assert told(exam)[-1] == (str(late.pk), "2.00")


def test_a_result_is_told_when_its_last_essay_is_marked_and_when_it_changes() -> None:
    exam = listened_to(marked.exam())
    attempt = handed_in(exam, RIGHT)
    releasing.publish_results(exam=exam, by=author(exam), force=True)
    assert told(exam) == []
    by = author(exam)
    for points in ("2", "2", "3"):
        grading.give_mark(by=by, mark=marked.mark(attempt, "essay"), points=Decimal(points))
    assert told(exam) == [(str(attempt.pk), "15.00"), (str(attempt.pk), "16.00")]
