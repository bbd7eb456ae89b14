"""What the page of statistics says of each question, and where it points out a key or how an essay was marked."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from exams import services
from exams.models import Exam
from tests.admin.results_of import ALL_RIGHT, HALF, exam_of, text, url_of
from tests.exams import marked
from tests.exams.marked import RIGHT
from tests.factories import People

pytestmark = pytest.mark.django_db


def test_statistics_name_difficulty_options_and_scores(client: Client, people: People) -> None:
    exam = exam_of(people, ALL_RIGHT, {**ALL_RIGHT, "prime": "21"}, HALF, {})
    client.force_login(people.reviewer)
    answer = client.get(url_of(exam, "statistics/"))
    first = answer.context["figures"].questions[0]
    assert first.figures.difficulty == pytest.approx((1 - 0.25) / 4)
    assert [(option.text, option.right, option.figures.count) for option in first.options] == [
        ("21", False, 1),
        ("23", True, 1),
        ("25", False, 0),
        ("No answer", False, 2),
    ]
    page = text(answer)
    assert page.count('role="img"') == 2
    assert "100.0 %" in page
    assert "Correct the key" not in page


def test_versions_count_together_by_the_questions_uid(client: Client, people: People) -> None:
    exam = exam_of(people, ALL_RIGHT)
    services.freeze(services.draft_of(exam))
    marked.handed_in(exam, {"prime": "21"}, version=exam.versions.order_by("-number")[0])
    client.force_login(people.reviewer)
    rows = client.get(url_of(exam, "statistics/")).context["figures"].questions
    assert [row.figures.count for row in rows] == [2, 2, 2]
    assert [option.figures.count for option in rows[0].options] == [1, 1, 0]


def test_a_question_that_better_candidates_get_wrong_is_pointed_out(client: Client, people: People) -> None:
    exam = marked.exam(people.institution, marked.PRIME, marked.EVEN, marked.PAIRS, marked.ORDER)
    good = {name: RIGHT[name] for name in ("even", "pairs", "order")} | {"prime": "21"}
    for said in [good, {"prime": "23"}] * 5:
        marked.handed_in(exam, said)
    client.force_login(people.author)
    rows = client.get(url_of(exam, "statistics/")).context["figures"].questions
    assert ["check the key" in row.remark for row in rows] == [True, False, False, False]


def test_few_attempts_point_nothing_out(client: Client, people: People) -> None:
    exam = exam_of(people, ALL_RIGHT, {"prime": "21"}, {"prime": "23"})
    client.force_login(people.author)
    rows = client.get(url_of(exam, "statistics/")).context["figures"].questions
    assert [row.remark for row in rows] == ["", "", ""]


def test_without_marks_the_page_says_so(client: Client, people: People) -> None:
    client.force_login(people.reviewer)
    assert "nothing to count yet" in text(client.get(url_of(exam_of(people), "statistics/")))


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
