"""What the page of statistics says of questions that no key decides."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from exams import services
from exams.models import Exam
from tests import factories
from tests.exams import marked
from tests.factories import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def exam(people: People) -> Exam:
    """Better candidates have fewer points for the essay."""
    exam = marked.exam(people.institution, marked.EVEN, marked.ORDER, marked.PAIRS, marked.ESSAY)
    good = {name: marked.RIGHT[name] for name in ("even", "order", "pairs", "essay")}
    for said, points in [(good, 1), ({"essay": "Because."}, 5)] * 5:
        attempt = marked.handed_in(exam, said)
        essay = marked.mark(attempt, "essay")
        services.give_mark(mark=essay, by=people.reviewer, points=Decimal(points))
    return exam


def test_an_essay_has_no_key_to_look_at_or_to_correct(client: Client, people: People, exam: Exam) -> None:
    client.force_login(people.author)
    answer = client.get(f"/admin/exams/exam/{exam.pk}/results/statistics/")
    remarks = {row.title: row.remark for row in answer.context["figures"].questions}
    assert remarks["essay"] == "Better candidates did worse here: see how it was marked."
    page = answer.content.decode()
    # The key of a matching question stays too, as answers are kept by its rows.
    assert (page.count("Correct the key"), page.count("Full points for everyone…")) == (2, 2)
