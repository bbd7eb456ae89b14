"""Exams over the API: who may, what comes back, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from exams.models import Exam
from exams.services import tokens
from tests import factories
from tests.exams import marked
from tests.factories import People

pytestmark = pytest.mark.django_db
URL = "/api/v1/exams/"


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def exam(people: People) -> Exam:
    return factories.exam(people.institution, title="Algebra")


@pytest.fixture
def author(client: Client, people: People) -> Client:
    client.force_login(people.author)
    return client


def send(client: Client, method: str, url: str, data: Any = None) -> Any:
    return getattr(client, method)(url, data, content_type="application/json")


@pytest.mark.parametrize("who", ["administrator", "author", "proctor", "reviewer"])
def test_the_staff_lists_the_exams_of_their_institution_alone(
    client: Client, people: People, exam: Exam, who: str
) -> None:
    factories.exam(people.other_institution)
    client.force_login(getattr(people, who))
    answer = client.get(URL).json()
    assert [one["title"] for one in answer["results"]] == ["Algebra"]
    assert answer["count"] == 1


def test_candidates_have_no_exams_here(client: Client, people: People, exam: Exam) -> None:
    client.force_login(people.candidate)
    assert client.get(URL).json()["results"] == []
    assert client.get(f"{URL}{exam.pk}/").status_code == 404


def test_an_exam_is_made_changed_and_deleted(author: Client, people: People) -> None:
    wanted = {"institution": people.institution.pk, "title": "Calculus", "passing_percent": "50.00"}
    made = send(author, "post", URL, wanted)
    assert (made.status_code, made.json()["state"]) == (201, "draft")
    url = f"{URL}{made.json()['id']}/"
    changed = send(author, "patch", url, {"duration_minutes": 90}).json()
    assert (changed["duration_minutes"], changed["state"]) == (90, "draft")
    assert author.delete(url).status_code == 204
    assert author.get(url).status_code == 404


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"duration_minutes": 0}, "duration_minutes"),
        ({"passing_percent": "101"}, "passing_percent"),
        ({"opens_at": "2026-01-07T10:00:00Z", "closes_at": "2026-01-07T09:00:00Z"}, "closes_at"),
        ({"afterwards": "everything"}, "afterwards"),
    ],
)
def test_what_makes_no_exam_names_its_field(
    author: Client, people: People, changed: dict[str, Any], field: str
) -> None:
    answer = send(author, "post", URL, {"institution": people.institution.pk, "title": "T"} | changed)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert not Exam.objects.exists()


def test_no_exam_is_made_at_another_institution(author: Client, people: People) -> None:
    answer = send(author, "post", URL, {"institution": people.other_institution.pk, "title": "T"})
    assert answer.status_code == 404


@pytest.mark.parametrize("who", ["proctor", "reviewer"])
def test_who_does_not_write_exams_changes_none(client: Client, people: People, exam: Exam, who: str) -> None:
    client.force_login(getattr(people, who))
    assert send(client, "patch", f"{URL}{exam.pk}/", {"title": "X"}).status_code == 403
    assert send(client, "post", f"{URL}{exam.pk}/step/", {"step": "close"}).status_code == 403
    assert client.delete(f"{URL}{exam.pk}/").status_code == 403


def test_an_exam_of_another_institution_does_not_exist(client: Client, people: People, exam: Exam) -> None:
    client.force_login(people.foreign_administrator)
    for method, path in (("get", ""), ("patch", ""), ("delete", ""), ("get", "versions/"), ("post", "step/")):
        assert send(client, method, f"{URL}{exam.pk}/{path}", {}).status_code == 404


def test_steps_say_what_stands_in_the_way(author: Client, people: People) -> None:
    empty = factories.exam(people.institution, state=Exam.State.DRAFT, questions=False)
    answer = send(author, "post", f"{URL}{empty.pk}/step/", {"step": "publish"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_ready")
    assert "question" in answer.json()["message"]
    factories.choice_question(empty)
    assert send(author, "post", f"{URL}{empty.pk}/step/", {"step": "publish"}).json()["state"] == "published"


def test_versions_are_opened_and_published(author: Client, exam: Exam) -> None:
    assert send(author, "post", f"{URL}{exam.pk}/versions/revise/").json()["number"] == 2
    assert [one["number"] for one in author.get(f"{URL}{exam.pk}/versions/").json()] == [2, 1]
    assert send(author, "post", f"{URL}{exam.pk}/versions/publish/").json()["frozen_at"] is not None
    assert send(author, "post", f"{URL}{exam.pk}/versions/discard/").status_code == 409


def test_one_that_was_sat_or_published_is_not_deleted(author: Client, people: People, exam: Exam) -> None:
    answer = author.delete(f"{URL}{exam.pk}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert "Only a draft is deleted" in answer.json()["message"]
    factories.attempt(exam, people.candidate)
    assert "Candidates have begun" in author.delete(f"{URL}{exam.pk}/").json()["message"]


def test_the_order_of_questions_stays_once_somebody_has_begun(author: Client, people: People, exam: Exam) -> None:
    factories.attempt(exam, people.candidate)
    answer = send(author, "patch", f"{URL}{exam.pk}/", {"shuffle_options": True, "title": "New"})
    assert (answer.status_code, answer.json()["field"]) == (400, "shuffle_options")
    same = send(author, "patch", f"{URL}{exam.pk}/", {"shuffle_options": False, "title": "New"})
    assert (same.status_code, same.json()["title"]) == (200, "New")


def test_a_key_acts_as_its_owner_and_one_that_reads_changes_nothing(client: Client, people: People, exam: Exam) -> None:
    _, reading = tokens.make_token(user=people.author, name="Reader", scope="read", days=1)
    _, writing = tokens.make_token(user=people.author, name="Writer", scope="write", days=1)
    assert client.get(URL, headers={"Authorization": f"Bearer {reading}"}).json()["count"] == 1
    url = f"{URL}{exam.pk}/"

    def rename(key: str) -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        return client.patch(url, {"title": "Renamed"}, content_type="application/json", headers=headers)

    assert (rename(reading).status_code, rename(reading).json()["code"]) == (403, "read_only_token")
    assert rename(writing).json()["title"] == "Renamed"
    unknown = client.get(URL, headers={"Authorization": "Bearer proctor_unknown"})
    assert (unknown.status_code, unknown.json()["code"]) == (401, "invalid_token")
    assert unknown["WWW-Authenticate"].startswith("Bearer")


def test_filters_and_pages(author: Client, people: People, exam: Exam) -> None:
    for _ in range(3):
        factories.exam(people.institution, state=Exam.State.DRAFT, questions=False)
    assert author.get(URL, {"state": "draft"}).json()["count"] == 3
    page = author.get(URL, {"page_size": 2}).json()
    assert (len(page["results"]), page["next"] is None) == (2, False)
    assert author.get(URL, {"state": "lost"}).status_code == 400
    assert author.get(URL, {"institution": "x"}).status_code == 400
    assert author.get(URL, {"page": "99"}).status_code == 404


def test_statistics_of_an_exam_that_was_sat(author: Client, people: People) -> None:
    sat = marked.exam(people.institution)
    marked.handed_in(sat, marked.RIGHT)
    answer = author.get(f"{URL}{sat.pk}/results/statistics/").json()
    prime = answer["questions"][0]
    assert (prime["title"], prime["answers"], prime["difficulty"]) == ("prime", 1, 1.0)
