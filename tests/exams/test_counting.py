"""Of several attempts one counts: in results, in the statistics and over the API."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from exams.exam_statistics import ExamStatistics
from exams.models import Exam, User
from exams.reporting import facts_of, rows_of
from exams.result_files import results_csv, results_json
from tests import factories
from tests.exams import marked
from tests.factories import People

pytestmark = pytest.mark.django_db
NOTHING_RIGHT = {"prime": "21"}
RIGHT = {"prime": "23"}


@pytest.fixture
def people() -> People:
    return factories.people()


def exam_of(people: People, counting: str, *tries: dict[str, str]) -> Exam:
    """One candidate's tries, and another's only one, which is right."""
    exam = marked.exam(
        people.institution, marked.PRIME, attempts_allowed=3, counting=counting, passing_percent=50, title="Primes"
    )
    sit(exam, people.candidate, *tries)
    sit(exam, people.other_candidate, RIGHT)
    return exam


def sit(exam: Exam, candidate: User, *tries: dict[str, str]) -> None:
    for number, answers in enumerate(tries, start=1):
        marked.handed_in(exam, answers, candidate, number=number)


@pytest.mark.parametrize(("counting", "number"), [("best", 2), ("last", 3), ("first", 1)])
def test_the_exam_says_which_one(people: People, counting: str, number: int) -> None:
    exam = exam_of(people, counting, NOTHING_RIGHT, RIGHT, NOTHING_RIGHT)
    rows = [row for row in rows_of(exam) if row.attempt.candidate == people.candidate]
    assert [row.attempt.number for row in rows if row.counts] == [number]
    assert facts_of(exam, rows_of(exam)).passed == (2 if counting == "best" else 1)
    assert sorted(ExamStatistics(exam).percents) == ([100, 100] if counting == "best" else [0, 100])


def test_of_equal_ones_the_later_is_the_best(people: People) -> None:
    exam = exam_of(people, "best", RIGHT, RIGHT)
    assert {row.attempt.number for row in rows_of(exam) if row.counts} == {1, 2}
    assert [row.counts for row in rows_of(exam)].count(False) == 1
    [other] = [row for row in rows_of(exam) if not row.counts]
    assert other.attempt.number == 1


def test_questions_are_judged_by_the_attempts_that_count(people: People) -> None:
    exam = exam_of(people, "first", NOTHING_RIGHT, RIGHT, RIGHT)
    [row] = ExamStatistics(exam).questions
    assert (row.figures.count, row.figures.difficulty) == (2, 0.375)
    assert {option.text: option.figures.count for option in row.options} == {"21": 1, "23": 1, "25": 0}


def test_files_and_the_api_say_which(client: Client, people: People) -> None:
    exam = exam_of(people, "last", RIGHT, NOTHING_RIGHT)
    assert [one["counts"] for one in json.loads(results_json(exam))["attempts"]].count(False) == 1
    assert ",counts," in results_csv(exam).splitlines()[0]
    client.force_login(people.author)
    url = f"/api/v1/exams/{exam.pk}/results/"
    assert client.get(url).json()["count"] == 3
    [other] = client.get(url, {"counts": "false"}).json()["results"]
    assert (other["attempt"], other["passed"]) == (1, True)
    assert client.get(url, {"counts": "true"}).json()["count"] == 2
    assert client.get(url, {"counts": "maybe"}).status_code == 400


def test_it_is_set_over_the_api_and_shown_on_the_page(client: Client, people: People) -> None:
    exam = exam_of(people, "best", RIGHT, NOTHING_RIGHT)
    client.force_login(people.author)
    page = client.get(f"/admin/exams/exam/{exam.pk}/results/").content.decode()
    assert page.count("Does not count") == 1
    answer = client.patch(f"/api/v1/exams/{exam.pk}/", {"counting": "first"}, content_type="application/json")
    assert answer.json()["counting"] == "first"
    bad = client.patch(f"/api/v1/exams/{exam.pk}/", {"counting": "mean"}, content_type="application/json")
    assert (bad.status_code, bad.json()["field"]) == (400, "counting")
