"""Trying an exam out as a candidate: the same paper and marks, nothing saved, for nobody else."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exams import demo, preview, selectors, services
from exams.items import Item, ItemChoice, Kind
from exams.models import Answer, Attempt, Exam, Question
from tests import factories
from tests.admin.conftest import Scene


@pytest.fixture
def exam(scene: Scene) -> Exam:
    made, _ = demo.make_exam(scene.people.institution)
    return made


def url(exam: Exam, query: str = "", *, marks: bool = False) -> str:
    return f"/admin/exams/exam/{exam.pk}/preview/{'marks/' if marks else ''}{query}"


def shown(client: Client, exam: Exam, query: str = "") -> list[dict[str, Any]]:
    paper = client.get(url(exam, query)).context["paper"]
    return list(paper["questions"])


def tried(client: Client, exam: Exam, values: Any, query: str = "?seed=a") -> Any:
    answer = client.post(url(exam, query, marks=True), json.dumps(values), content_type="application/json")
    assert answer.status_code == 200
    return answer.json()


def test_the_paper_is_one_a_candidate_could_get(author: Client, exam: Exam) -> None:
    candidate = factories.user()
    attempt = factories.attempt(exam, candidate, seed="abc")
    expected = [question.pk for question in selectors.paper_of(attempt)]
    assert [question["id"] for question in shown(author, exam, "?seed=abc")] == expected


def test_nothing_on_the_page_tells_which_answer_is_right(author: Client, exam: Exam) -> None:
    page = author.get(url(exam)).content.decode()
    for word in ("correct", "tolerance", "It is $\\\\pi$", "guidance", "3.14159"):
        assert word not in page


def test_every_visit_draws_anew(author: Client, exam: Exam) -> None:
    drawn = {tuple(question["id"] for question in shown(author, exam)) for _ in range(12)}
    assert len(drawn) > 1
    assert {len(questions) for questions in drawn} == {9}


def test_one_question_is_tried_alone_even_where_it_would_not_be_drawn(author: Client, exam: Exam) -> None:
    for question in Question.objects.filter(pool__section__version__exam=exam):
        assert [each["id"] for each in shown(author, exam, f"?question={question.pk}")] == [question.pk]


def test_answers_are_marked_as_those_of_an_attempt_would_be_and_nothing_is_kept(author: Client, exam: Exam) -> None:
    by_kind = {question["kind"]: question for question in shown(author, exam, "?seed=a")}
    numeric = next(q for q in shown(author, exam, "?seed=a") if "curve" in q["html"])
    orders = by_kind["ordering"]["items"]
    values = {
        numeric["id"]: {"number": "3,14"},
        by_kind["essay"]["id"]: {"text": "Because."},
        by_kind["short_text"]["id"]: {"text": "co2"},
        by_kind["single_choice"]["id"]: {"choice": None},
        by_kind["ordering"]["id"]: {"order": [each["key"] for each in orders]},
        by_kind["multiple_choice"]["id"]: {"choices": [by_kind["multiple_choice"]["choices"][0]["id"]] * 2},
    }
    answer = tried(author, exam, values)
    marks = {int(pk): each["sentence"] for pk, each in answer["marks"].items()}
    assert marks[numeric["id"]] == "2 of 2 points"
    assert marks[by_kind["essay"]["id"]] == "Up to 4 points, given by a person"
    assert marks[by_kind["short_text"]["id"]] == "1 of 1 point"
    assert marks[by_kind["single_choice"]["id"]] == "0 of 2 points"
    assert marks[by_kind["multiple_choice"]["id"]] == "An option is chosen twice."
    assert (answer["maximum"], answer["by_person"]) == ("21", 1)
    assert not Attempt.objects.filter(exam=exam).exists()
    assert not Answer.objects.exists()


@pytest.mark.django_db
def test_penalties_never_take_the_score_below_nothing() -> None:
    section = factories.section(factories.exam(state=Exam.State.DRAFT, questions=False))
    item = Item(Kind.SINGLE_CHOICE, "?", penalty=Decimal(1), choices=(ItemChoice("a"), ItemChoice("b", correct=True)))
    question = services.write_item(section, item, 1)
    wrong = question.choices.all()[0].pk
    marks = preview.try_out([question], {str(question.pk): {"choice": wrong}}, seed="a")
    assert marks[question.pk].points == -1
    assert preview.score(marks) == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 100_000, b"\xff", b'"x"' + b" " * 600_000])
def test_what_are_no_answers_is_refused(author: Client, exam: Exam, body: bytes) -> None:
    answer = author.post(url(exam, "?seed=a", marks=True), body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("query", ["", "?seed=", "?seed=A%20B", f"?seed={'a' * 33}"])
def test_marks_need_the_seed_of_a_page(author: Client, exam: Exam, query: str) -> None:
    assert author.post(url(exam, query, marks=True), "{}", content_type="application/json").status_code == 400


def test_answers_to_questions_of_others_are_left_aside(author: Client, scene: Scene, exam: Exam) -> None:
    foreign = factories.questions(scene.foreign_exam)[0]
    assert tried(author, exam, {str(foreign.pk): {"choice": 1}, "x": {}, "1": 7})["marks"] == {}


def test_a_draft_with_mistakes_is_shown_all_the_same(author: Client, scene: Scene) -> None:
    section = factories.section(scene.draft)
    for position, kind in enumerate(Kind, start=1):
        Question.objects.create(section=section, position=position, kind=kind.value, text="?")
    assert len(shown(author, scene.draft)) == len(Kind)


def test_each_version_has_its_own_preview(author: Client, exam: Exam) -> None:
    services.revise(exam, by=None)
    first = {question["id"] for question in shown(author, exam, "?version=1&seed=a")}
    assert not first & {question["id"] for question in shown(author, exam, "?seed=a")}
    assert author.get(url(exam, "?version=9")).status_code == 404


@pytest.mark.parametrize("name", ["proctor", "reviewer", "candidate", "foreign_administrator"])
def test_nobody_else_sees_a_preview(client: Client, scene: Scene, exam: Exam, name: str) -> None:
    client.force_login(getattr(scene.people, name))
    assert client.get(url(exam)).status_code in {302, 403, 404}
    answer = client.post(url(exam, "?seed=a", marks=True), "{}", content_type="application/json")
    assert answer.status_code in {302, 403, 404}


def test_a_preview_takes_as_many_queries_for_thirty_questions_as_for_three(author: Client, scene: Scene) -> None:
    def queries() -> int:
        author.get(url(scene.draft))
        with CaptureQueriesContext(connection) as captured:
            author.get(url(scene.draft))
        return len(captured)

    for position in (1, 2, 3):
        factories.choice_question(scene.draft, position=position)
    before = queries()
    for position in range(4, 31):
        factories.choice_question(scene.draft, position=position)
    assert queries() == before
