"""Exams and questions are written by those of their institution."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from exams.models import Exam, Question
from tests import factories
from tests.admin.conftest import Scene


@pytest.fixture
def author(client: Client, scene: Scene) -> Client:
    client.force_login(scene.people.author)
    return client


def question(scene: Scene, choices: list[tuple[str, bool]], **changed: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"section": factories.section(scene.draft).pk, "position": 3, "kind": "single_choice"}
    data |= {"text": "Which?", "points": "1", "penalty": "0"} | changed
    data |= {"choices-TOTAL_FORMS": len(choices), "choices-INITIAL_FORMS": 0}
    for number, (text, correct) in enumerate(choices):
        data |= {f"choices-{number}-position": number + 1, f"choices-{number}-text": text}
        if correct:
            data[f"choices-{number}-correct"] = "on"
    return data


ADD = "/admin/exams/question/add/"


def test_a_question_with_one_right_choice_is_kept(author: Client, scene: Scene) -> None:
    assert author.post(ADD, question(scene, [("21", False), ("23", True)])).status_code == 302
    assert Question.objects.filter(text="Which?").exists()


@pytest.mark.parametrize(
    "choices", [[], [("23", True)], [("21", False), ("25", False)], [("23", True), ("29", True)]], ids=len
)
def test_a_question_that_cannot_be_answered_is_refused(
    author: Client, scene: Scene, choices: list[tuple[str, bool]]
) -> None:
    answer = author.post(ADD, question(scene, choices))
    assert "Give at least two choices and mark exactly one of them as correct." in answer.content.decode()


def test_a_text_question_has_no_choices(author: Client, scene: Scene) -> None:
    assert author.post(ADD, question(scene, [], kind="essay")).status_code == 302
    answer = author.post(ADD, question(scene, [("21", True), ("23", False)], kind="essay"))
    assert "An essay has no choices" in answer.content.decode()


def test_no_question_is_put_into_a_foreign_exam(author: Client, scene: Scene) -> None:
    answer = author.post(
        ADD, question(scene, [("21", False), ("23", True)], section=factories.section(scene.foreign_exam).pk)
    )
    assert answer.status_code == 200
    assert not Question.objects.filter(text="Which?").exists()


def exam_data(**changed: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"title": "Calculus", "state": "draft", "duration_minutes": 60}
    data |= {"attempts_allowed": 1, "afterwards": "score"}
    for prefix in ("questions", "enrolments"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data | changed


def test_times_of_an_exam_are_those_of_the_institution(author: Client, scene: Scene) -> None:
    opening = {"opens_at_0": "2026-01-07", "opens_at_1": "10:00"}
    data = exam_data(institution=scene.people.institution.pk, **opening)
    assert author.post("/admin/exams/exam/add/", data).status_code == 302
    opens_at = Exam.objects.get(title="Calculus").opens_at
    assert opens_at is not None
    assert opens_at.isoformat() == "2026-01-07T09:00:00+00:00"  # Europe/Berlin is an hour ahead in winter


def test_no_exam_is_made_at_another_institution(author: Client, scene: Scene) -> None:
    author.post("/admin/exams/exam/add/", exam_data(institution=scene.people.other_institution.pk))
    assert not Exam.objects.filter(title="Calculus").exists()


def test_only_people_of_the_institution_can_be_enrolled(author: Client, scene: Scene) -> None:
    exam = factories.exam(scene.people.institution, questions=False, title="Empty")
    url = f"/admin/exams/exam/{exam.pk}/change/"
    data = exam_data(institution=exam.institution_id, **{"enrolments-TOTAL_FORMS": 1, "enrolments-0-exam": exam.pk})
    author.post(url, data | {"enrolments-0-candidate": scene.people.foreign_candidate.pk})
    assert not exam.enrolments.exists()
    author.post(url, data | {"enrolments-0-candidate": scene.people.candidate.pk})
    assert exam.enrolments.get().candidate == scene.people.candidate


def test_those_who_watch_see_no_right_answers(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.proctor)
    page = client.get(f"/admin/exams/exam/{scene.exam.pk}/change/").content.decode()
    assert "Which of these is a prime number?" not in page


def test_an_author_here_who_watches_there_changes_nothing_there(client: Client, scene: Scene) -> None:
    both = factories.user(role="author", at=scene.people.institution)
    both.memberships.create(institution=scene.people.other_institution, role="proctor")
    client.force_login(both)
    url = f"/admin/exams/exam/{scene.foreign_exam.pk}/change/"
    assert client.get(url).status_code == 200
    assert client.post(url, exam_data(institution=scene.people.institution.pk)).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": scene.foreign_exam.pk, "post": "yes"}
    client.post("/admin/exams/exam/", chosen)
    assert Exam.objects.filter(pk=scene.foreign_exam.pk).exists()
