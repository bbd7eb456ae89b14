"""Results of an exam: who sees them, the table, files to take away, and publishing."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams import tasks
from exams.models import Attempt, Exam, KeyCorrection, Mark
from exams.services import grading
from tests import factories
from tests.admin.results_of import ALL_RIGHT, HALF, THREE, exam_of, person, text, url_of
from tests.exams import marked
from tests.exams.marked import RIGHT
from tests.factories import People

pytestmark = pytest.mark.django_db

LIST = "/admin/exams/exam/results/"
READERS = ("superuser", "administrator", "author", "reviewer")
RELEASERS = ("superuser", "administrator", "author")
STAFF = (*READERS, "proctor")
PAGES = ("", "statistics/", "attempts/{attempt}/", "file.csv", "file.json")
RELEASING = ("publish/", "withdraw/", "key/{question}/")


def names(client: Client, exam: Exam, **query: str) -> list[str]:
    return [row.name.split()[0] for row in client.get(url_of(exam), query).context["page"]]


# ---- who ----


@pytest.mark.parametrize("role", STAFF)
def test_results_are_for_those_who_mark(client: Client, people: People, role: str) -> None:
    exam = exam_of(people, ALL_RIGHT)
    client.force_login(getattr(people, role))
    assert client.get(LIST).status_code == (200 if role in READERS else 403)
    for page in PAGES:
        assert client.get(url_of(exam, page)).status_code == (200 if role in READERS else 404), page


@pytest.mark.parametrize("role", READERS)
def test_publishing_and_correcting_are_for_authors_and_administrators(
    client: Client, people: People, role: str
) -> None:
    exam = exam_of(people, ALL_RIGHT)
    client.force_login(getattr(people, role))
    for page in RELEASING:
        assert client.get(url_of(exam, page)).status_code == (200 if role in RELEASERS else 403), page
    for page in ("again/", "publish/"):
        assert client.post(url_of(exam, page)).status_code == (302 if role in RELEASERS else 403), page
    exam.refresh_from_db()
    assert (exam.results_published_at is not None) is (role in RELEASERS)


@pytest.mark.parametrize("role", ["foreign_administrator", "foreign_reviewer", "foreign_proctor"])
def test_another_institutions_results_do_not_exist(client: Client, people: People, role: str) -> None:
    exam = exam_of(people, ALL_RIGHT, title="Number theory")
    client.force_login(getattr(people, role))
    for page in (*PAGES, *RELEASING):
        assert client.get(url_of(exam, page)).status_code == 404, page
        assert client.post(url_of(exam, page)).status_code in (404, 405), page
    assert client.post(url_of(exam, "again/")).status_code == 404
    assert "Number theory" not in text(client.get(LIST))
    assert not KeyCorrection.objects.exists()


def test_an_attempt_of_another_exam_has_no_page_here(client: Client, people: People) -> None:
    exam, other = exam_of(people, ALL_RIGHT), exam_of(people, ALL_RIGHT)
    client.force_login(people.author)
    foreign = other.attempts.get().pk
    assert client.get(url_of(exam, "attempts/{attempt}/", attempt=foreign)).status_code == 404
    assert client.get(url_of(exam, "key/{question}/", question=marked.question(other, "pi").pk)).status_code == 404


# ---- the table ----


def test_the_list_says_what_is_published_and_what_waits(client: Client, people: People) -> None:
    exam = marked.exam(people.institution, marked.ESSAY, title="Number theory")
    marked.handed_in(exam, {"essay": "Because."})
    factories.exam(people.institution, title="Nobody sat this")
    client.force_login(people.reviewer)
    [row] = client.get(LIST).context["exams"]
    assert (row, row.handed_in, row.waiting) == (exam, 1, 1)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Abel", "Beth", "Cleo"]),
        ({"sort": "-name"}, ["Cleo", "Beth", "Abel"]),
        ({"sort": "score"}, ["Cleo", "Abel", "Beth"]),
        ({"sort": "-percent"}, ["Beth", "Abel", "Cleo"]),
        ({"sort": "-reference"}, ["Cleo", "Beth", "Abel"]),
        ({"sort": "handed_in"}, ["Abel", "Beth", "Cleo"]),
        ({"sort": "nonsense", "page": "99", "show": "all of them"}, ["Abel", "Beth", "Cleo"]),
        ({"show": "passed"}, ["Abel", "Beth"]),
        ({"show": "failed"}, ["Cleo"]),
        ({"show": "waiting"}, []),
        ({"q": "beth"}, ["Beth"]),
        ({"q": "M2"}, ["Cleo"]),
        ({"q": "quimby abel"}, ["Abel"]),
        ({"q": "nobody"}, []),
    ],
)
def test_attempts_are_found_and_sorted(client: Client, people: People, query: dict[str, str], found: list[str]) -> None:
    exam = exam_of(people, *THREE)
    client.force_login(people.reviewer)
    assert names(client, exam, **query) == found


def test_the_passing_mark_itself_passes_and_nobody_passes_while_marks_are_missing(
    client: Client, people: People
) -> None:
    exam = exam_of(people, HALF, passing_percent=Decimal("57.14"))  # 4 of 7 points are 57.142… %
    client.force_login(people.reviewer)
    assert names(client, exam, show="passed") == ["Abel"]
    Exam.objects.filter(pk=exam.pk).update(passing_percent=Decimal("57.15"))
    assert names(client, exam, show="failed") == ["Abel"]
    Attempt.objects.update(marked_at=None)
    assert names(client, exam, show="failed") == names(client, exam, show="passed") == []


def test_late_answers_are_counted_by_question(client: Client, people: People) -> None:
    exam = exam_of(people, {})
    attempt = marked.sitting(exam, {"pi": "3.14"}, person(people, "Late Quimby"))
    Attempt.objects.filter(pk=attempt.pk).update(deadline=timezone.now() - timedelta(seconds=1))
    for said in ("3", "3.1"):
        marked.answer(attempt, "pi", said)
    Attempt.objects.filter(pk=attempt.pk).update(state="submitted", submitted_at=timezone.now())
    client.force_login(people.reviewer)
    [row] = client.get(url_of(exam), {"show": "late"}).context["page"]
    assert (row.name, row.late) == ("Late Quimby", 1)


def test_attempts_that_could_not_be_marked_are_marked_again(client: Client, people: People) -> None:
    exam = exam_of(people, ALL_RIGHT)
    Mark.objects.all().delete()
    Attempt.objects.update(score=None, max_score=None, marked_at=None)
    client.force_login(people.author)
    assert "1 attempt is not marked" in text(client.get(url_of(exam)))
    client.post(url_of(exam, "again/"))
    run = exam.marking_runs.get()
    page = text(client.get(url_of(exam)))
    assert "Marking all attempts again" in page and "Mark again" not in page
    tasks.mark_exam_again(str(run.pk))
    assert exam.attempts.get().score == 7
    state = client.get(url_of(exam, f"again/{run.pk}/state.json")).json()
    assert state == {"state": "ready", "done": 1, "total": 1, "error": ""}
    page = text(client.get(url_of(exam)))
    assert "not marked" not in page
    assert f"{people.author.display_name} had all attempts marked again" in page


def test_an_attempts_page_shows_answers_keys_points_and_comments(client: Client, people: People) -> None:
    exam = exam_of(people, {"prime": "21"})
    mark = marked.mark(exam.attempts.get(), "prime")
    grading.give_mark(by=people.author, mark=mark, points=Decimal(1), comment="For the try.")
    client.force_login(people.reviewer)
    page = text(client.get(url_of(exam, "attempts/{attempt}/")))
    for words in ("Which is prime?", "21", "23", "1 / 2", "For the try.", f"/admin/exams/mark/{mark.pk}/change/"):
        assert words in page


def test_the_page_of_an_attempt_that_runs_does_not_exist(client: Client, people: People) -> None:
    exam = exam_of(people)
    attempt = marked.sitting(exam, ALL_RIGHT)
    client.force_login(people.author)
    assert client.get(url_of(exam, "attempts/{attempt}/", attempt=attempt.pk)).status_code == 404


# ---- files ----


def test_the_csv_has_a_line_for_each_attempt_and_the_points_of_each_question(client: Client, people: People) -> None:
    exam = exam_of(people, ALL_RIGHT, {"prime": "21"})
    client.force_login(people.reviewer)
    answer = client.get(url_of(exam, "file.csv"))
    assert answer["Content-Disposition"].startswith("attachment;")
    lines = {line["candidate"]: line for line in csv.DictReader(io.StringIO(text(answer)))}
    first, second = lines["Abel Quimby"], lines["Beth Quimby"]
    assert (first["reference"], first["score"], first["percent"], first["passed"]) == ("M0", "7.00", "100.0", "True")
    assert (first["1. prime"], first["2. even"], first["3. pi"]) == ("2.00", "4.00", "1.00")
    assert (second["1. prime"], second["score"], second["passed"]) == ("-0.50", "0.00", "False")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t"])
def test_no_name_becomes_a_formula(client: Client, people: People, sign: str) -> None:
    exam = exam_of(people)
    marked.handed_in(exam, {}, person(people, f"{sign}HYPERLINK(1)", reference=f"{sign}1+1"))
    client.force_login(people.reviewer)
    [line] = csv.DictReader(io.StringIO(text(client.get(url_of(exam, "file.csv")))))
    assert line["candidate"] == ("HYPERLINK(1)" if sign == "\t" else f"'{sign}HYPERLINK(1)")
    assert line["reference"] == f"'{sign}1+1"


def test_the_json_has_every_mark(client: Client, people: People) -> None:
    exam = exam_of(people, ALL_RIGHT)
    client.force_login(people.reviewer)
    content = json.loads(client.get(url_of(exam, "file.json")).content)
    [attempt] = content["attempts"]
    assert attempt["candidate"] == "Abel Quimby"
    assert [mark["points"] for mark in attempt["marks"]] == ["2.00", "4.00", "1.00"]
    assert [mark["question"] for mark in attempt["marks"]] == [question["uid"] for question in content["questions"]]


def test_results_come_in_no_other_format(client: Client, people: People) -> None:
    exam = exam_of(people, ALL_RIGHT)
    client.force_login(people.reviewer)
    assert client.get(url_of(exam, "file.exe")).status_code == 404


# ---- publishing ----


def test_results_are_published_after_saying_what_follows(client: Client, people: People) -> None:
    exam = exam_of(people, ALL_RIGHT)
    client.force_login(people.author)
    assert "see their score and whether they passed" in text(client.get(url_of(exam, "publish/")))
    page = client.post(url_of(exam, "publish/"), follow=True)
    assert "The results are published." in text(page)
    client.post(url_of(exam, "withdraw/"))
    exam.refresh_from_db()
    assert exam.results_published_at is None


def test_answers_that_wait_stand_in_the_way_until_it_is_insisted(client: Client, people: People) -> None:
    exam = marked.exam(people.institution)
    marked.handed_in(exam, RIGHT)
    client.force_login(people.author)
    refused = client.post(url_of(exam, "publish/"))
    assert refused.status_code == 422
    assert "1 answer still waits" in text(refused)
    assert client.post(url_of(exam, "publish/"), {"force": "on"}).status_code == 302
    exam.refresh_from_db()
    assert exam.results_published_at is not None


# ---- queries ----


@pytest.mark.parametrize("page", ["", "statistics/", "file.csv", "file.json", "publish/"])
def test_results_take_as_many_queries_for_many_attempts_as_for_one(client: Client, people: People, page: str) -> None:
    few, many = exam_of(people, ALL_RIGHT), exam_of(people, ALL_RIGHT, HALF, {}, ALL_RIGHT, HALF)
    client.force_login(people.author)

    def queries(exam: Exam) -> int:
        client.get(url_of(exam, page))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url_of(exam, page)).status_code == 200
        return len(captured)

    assert queries(few) == queries(many)


def test_the_list_of_results_takes_as_many_queries_for_many_exams_as_for_one(client: Client, people: People) -> None:
    client.force_login(people.author)

    def queries() -> int:
        client.get(LIST)
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    exam_of(people, ALL_RIGHT)
    for_one = queries()
    for _ in range(2):
        exam_of(people, ALL_RIGHT)
    assert queries() == for_one
