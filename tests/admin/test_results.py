"""Results of an exam: who sees them, the table, files to take away, publishing, statistics, and correcting a key."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams import services, tasks
from exams.models import Attempt, Exam, KeyCorrection, Mark, Membership
from exams.services import grading
from tests import factories
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


@pytest.fixture
def people() -> People:
    return factories.people()


def person(people: People, name: str, reference: str = "") -> Any:
    first, _, last = name.partition(" ")
    made = factories.user(role="candidate", at=people.institution, first_name=first, last_name=last)
    Membership.objects.filter(user=made).update(reference=reference)
    return made


def exam_of(people: People, *answers: dict[str, Any], **fields: Any) -> Exam:
    """With one attempt for each of ``answers``, by Abel, Beth, Cleo …"""
    exam = marked.exam(people.institution, marked.PRIME, marked.EVEN, marked.PI, **({"passing_percent": 50} | fields))
    names = ("Abel Quimby", "Beth Quimby", "Cleo Quimby", "Dana Quimby", "Ezra Quimby")
    for number, said in enumerate(answers):
        marked.handed_in(exam, said, person(people, names[number], f"M{number}"))
    return exam


ALL_RIGHT = {name: RIGHT[name] for name in ("prime", "even", "pi")}
HALF = {"even": ["2", "4"]}
THREE: tuple[dict[str, Any], ...] = (HALF, ALL_RIGHT, {})


def url_of(exam: Exam, page: str = "", **fields: Any) -> str:
    attempt = exam.attempts.first()
    named = {"attempt": attempt and attempt.pk, "question": marked.question(exam, "prime").pk}
    return f"/admin/exams/exam/{exam.pk}/results/{page.format(**(named | fields))}"


def text(answer: Any) -> str:
    return str(answer.content.decode("utf-8-sig"))


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


# ---- statistics ----


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


# ---- correcting ----


def test_a_key_is_corrected_on_its_page(client: Client, people: People) -> None:
    exam = exam_of(people, {"prime": "21"})
    client.force_login(people.author)
    answer = client.post(url_of(exam, "key/{question}/"), {"right_0": "on", "reason": "21 = 3 · 7, but so be it."})
    assert answer.status_code == 302
    assert exam.attempts.get().score == 2
    assert "21 = 3 · 7" in text(client.get(url_of(exam, "key/{question}/")))


@pytest.mark.parametrize(
    ("name", "said", "form", "earned"),
    [
        ("prime", "25", {"right_1": "on", "right_2": "on"}, 2),
        ("prime", "25", {"right_1": "on", "credit_2": "50"}, 1),
        ("even", ["2"], {"right_0": "on", "credit_2": "0", "credit_3": "0"}, 4),
        ("pi", "3.2", {"number": "3,2", "tolerance": "0"}, 1),
        ("capital", "Los Reyes", {"more": "Los Reyes\n\n"}, 1),
        ("order", ["3rd", "2nd", "1st"], {"place_0": "3", "place_1": "2", "place_2": "1"}, 3),
        ("pairs", {}, {"everyone": "on"}, 2),
    ],
)
def test_each_kind_of_key_has_its_form(
    client: Client, people: People, name: str, said: Any, form: dict[str, str], earned: int
) -> None:
    exam = marked.exam(people.institution)
    attempt = marked.handed_in(exam, {name: said})
    client.force_login(people.author)
    url = url_of(exam, "key/{question}/", question=marked.question(exam, name).pk)
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": "A misprint.", **form}).status_code == 302
    assert marked.points(attempt)[name] == earned


@pytest.mark.parametrize(
    ("name", "form", "what"),
    [
        ("prime", {"right_1": "on"}, "Nothing was changed"),
        ("prime", {}, "exactly one right"),
        ("prime", {"right_1": "on", "credit_0": "lots"}, "This is not a number"),
        ("prime", {"right_1": "on", "credit_0": "101"}, "from -100 to 100"),
        ("order", {"place_0": "1", "place_1": "1", "place_2": "2"}, "a place of its own"),
        ("pi", {"number": "", "tolerance": "0"}, "This field is required"),
    ],
)
def test_what_is_no_key_is_said(client: Client, people: People, name: str, form: dict[str, str], what: str) -> None:
    exam = marked.exam(people.institution)
    client.force_login(people.author)
    url = url_of(exam, "key/{question}/", question=marked.question(exam, name).pk)
    answer = client.post(url, {"reason": "Why not.", **form})
    assert answer.status_code == 422
    assert what in text(answer)
    assert "Why not." in text(answer)


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
