"""Files of questions over the API: looked at, imported whole, written out again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from exams.models import Exam
from exams.services import tokens
from exams.services.versions import revise
from tests import factories
from tests.admin.question_files import GIFT, looked_at, png, xml_with_picture
from tests.factories import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def exam(people: People) -> Exam:
    return factories.exam(people.institution, state=Exam.State.DRAFT, title="Astronomy")


@pytest.fixture
def author(client: Client, people: People) -> Client:
    client.force_login(people.author)
    return client


def url(exam: Exam, rest: str = "question-imports/") -> str:
    return f"/api/v1/exams/{exam.pk}/{rest}"


def upload(client: Client, exam: Exam, data: bytes = GIFT, name: str = "questions.txt", **fields: str) -> Any:
    return client.post(url(exam), {"file": SimpleUploadedFile(name, data), **fields})


def confirm(client: Client, exam: Exam, id: str, **data: Any) -> Any:
    return client.post(url(exam, f"question-imports/{id}/confirm/"), data, content_type="application/json")


def test_a_file_is_looked_at_line_by_line_and_nothing_is_written(author: Client, exam: Exam) -> None:
    before = factories.questions(exam).count()
    answer = upload(author, exam)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["format"], told["possible"], told["file_name"]) == ("gift", 2, "questions.txt")
    assert told["imported"] is None
    lines = [(row["line"], row["title"], row["outcome"], row["kind"]) for row in told["questions"]]
    assert lines == [
        (3, "Largest", "import", "single_choice"),
        (5, "Broken", "left_out", None),
        (9, "Pi", "import_with_loss", "numeric"),
    ]
    assert told["questions"][1]["problems"][0] == "A multiple choice needs two options or more."
    assert author.get(url(exam, f"question-imports/{told['id']}/")).json() == told
    assert factories.questions(exam).count() == before


def test_it_is_carried_out_once_with_its_own_sections(author: Client, exam: Exam) -> None:
    id = upload(author, exam).json()["id"]
    before = factories.questions(exam).count()
    done = confirm(author, exam, id).json()
    assert (done["imported"], done["state"], done["questions"]) == (2, "done", [])
    assert author.get(url(exam, f"question-imports/{id}/")).json() == done
    assert factories.questions(exam).count() == before + 2
    assert factories.questions(exam).get(name="Largest").section.title == "Planets"
    again = confirm(author, exam, id)
    assert (again.status_code, again.json()) == (200, done)
    refused = author.delete(url(exam, f"question-imports/{id}/"))
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")
    exam.versions.update(frozen_at=timezone.now())
    Exam.objects.filter(pk=exam.pk).update(state=Exam.State.PUBLISHED)
    assert confirm(author, exam, id).json() == done, "whatever became of the exam since"
    assert factories.questions(exam).count() == before + 2


def test_all_of_it_goes_into_the_section_that_is_named(author: Client, exam: Exam) -> None:
    section = factories.section(exam)
    confirm(author, exam, upload(author, exam).json()["id"], section=section.pk)
    assert factories.questions(exam).get(name="Pi").section == section


def test_a_section_of_another_exam_takes_nothing(author: Client, people: People, exam: Exam) -> None:
    other = factories.section(factories.exam(people.institution, state=Exam.State.DRAFT))
    answer = confirm(author, exam, upload(author, exam).json()["id"], section=other.pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert not factories.questions(exam).filter(name="Pi").exists()


def test_pictures_in_a_file_come_along(author: Client, exam: Exam) -> None:
    told = upload(author, exam, xml_with_picture(png()), "q.xml").json()
    assert (told["format"], told["pictures"]) == ("xml", 1)
    confirm(author, exam, told["id"])
    assert exam.pictures.count() == 1


def test_the_format_can_be_named_and_a_strange_one_is_refused(author: Client, exam: Exam) -> None:
    assert upload(author, exam, b"kind,text\nessay,Why?\n", "q.txt", format="csv").json()["possible"] == 1
    refused = upload(author, exam, format="word")
    assert (refused.status_code, refused.json()["field"]) == (400, "format")


def test_a_file_that_cannot_be_read_says_so_in_its_one_line(author: Client, exam: Exam) -> None:
    told = upload(author, exam, b"<quiz><question></quiz>").json()
    assert told["possible"] == 0
    assert told["questions"][0]["outcome"] == "left_out"
    assert "not XML" in told["questions"][0]["problems"][0]


def test_a_file_can_be_given_up(author: Client, exam: Exam) -> None:
    id = upload(author, exam).json()["id"]
    assert author.delete(url(exam, f"question-imports/{id}/")).status_code == 204
    assert author.get(url(exam, f"question-imports/{id}/")).status_code == 404


@pytest.mark.parametrize("who", ["administrator", "superuser", "proctor", "candidate"])
def test_nobody_reaches_a_colleagues_file(client: Client, people: People, exam: Exam, who: str) -> None:
    id = looked_at(exam, people.author).row.pk
    before = factories.questions(exam).count()
    client.force_login(getattr(people, who))
    refused = {403, 404}
    assert client.get(url(exam, f"question-imports/{id}/")).status_code in refused
    assert confirm(client, exam, str(id)).status_code in refused
    assert client.delete(url(exam, f"question-imports/{id}/")).status_code in refused
    assert factories.questions(exam).count() == before
    client.force_login(people.author)
    assert client.get(url(exam, f"question-imports/{id}/")).json()["state"] == "checked"


def test_published_questions_ask_for_a_draft_before_anything_is_read(author: Client, people: People) -> None:
    exam = factories.exam(people.institution)
    refused = upload(author, exam)
    assert (refused.status_code, refused.json()["code"]) == (409, "version_frozen")
    assert "versions/revise" in refused.json()["message"]
    revise(exam, by=people.author)
    assert upload(author, exam).status_code == 201


def test_a_key_that_may_only_read_imports_nothing_and_exports(client: Client, people: People, exam: Exam) -> None:
    _, key = tokens.make_token(user=people.author, name="K", scope="read", days=1)
    header = {"Authorization": f"Bearer {key}"}
    refused = client.post(url(exam), {"file": SimpleUploadedFile("q.txt", GIFT)}, headers=header)
    assert (refused.status_code, refused.json()["code"]) == (403, "read_only_token")
    assert client.get(url(exam, "question-exports/gift/"), headers=header).status_code == 200


@pytest.mark.parametrize(
    ("format", "content_type", "begins"),
    [("xml", "application/xml", b"<?xml"), ("gift", "text/plain; charset=utf-8", b""), ("csv", "text/csv", b"")],
)
def test_what_is_exported_can_be_imported_again(
    author: Client, exam: Exam, format: str, content_type: str, begins: bytes
) -> None:
    file = author.get(url(exam, f"question-exports/{format}/"), headers={"Accept": content_type.partition(";")[0]})
    assert file.status_code == 200
    assert file["Content-Type"].startswith(content_type)
    assert 'filename="astronomy-questions-1.' in file["Content-Disposition"]
    assert file.content.startswith(begins)
    told = upload(author, exam, file.content, format=format).json()
    assert [row["kind"] for row in told["questions"]] == ["single_choice", "essay"]


def test_it_is_said_beforehand_what_a_format_cannot_hold(author: Client, exam: Exam) -> None:
    factories.question(exam, "essay", position=3, points=4)
    formats = {row["format"]: row["losses"] for row in author.get(url(exam, "question-exports/")).json()}
    assert set(formats) == {"xml", "gift", "csv"}
    assert formats["gift"] == [{"what": "points", "questions": 1}]
    assert formats["csv"] == []


def test_an_older_version_is_exported_by_its_number(author: Client, people: People) -> None:
    exam = factories.exam(people.institution)
    draft = revise(exam, by=people.author)
    factories.questions(exam).filter(section__version=draft).delete()
    newest = author.get(url(exam, "question-exports/gift/")).content
    assert b"prime" in author.get(url(exam, "question-exports/gift/") + "?version=1").content
    assert b"prime" not in newest
    assert author.get(url(exam, "question-exports/gift/") + "?version=9").status_code == 404


def test_an_unknown_file_or_format_is_not_found(author: Client, exam: Exam) -> None:
    for rest in (f"question-imports/{uuid4()}/", "question-exports/docx/"):
        missing = author.get(url(exam, rest))
        assert (missing.status_code, missing["Content-Type"]) == (404, "application/json")
