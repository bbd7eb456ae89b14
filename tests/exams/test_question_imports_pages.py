"""Large files of questions in the admin and over the API: what each page says while they are read and imported."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from exams import tasks
from exams.models import Exam, QuestionImport
from exams.services import question_imports
from proctor_site import background
from tests import factories
from tests.admin.question_files import GIFT, MANY, large, names_in, shape, upload, uploaded, url
from tests.factories import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]


# ---- In the admin ----
@pytest.mark.django_db(transaction=True)
def test_from_the_upload_to_the_questions_in_the_admin(author: Client, exam: Exam, joined: None) -> None:
    data = large(MANY)
    sent = upload(author, exam, data)
    address = sent.redirect_chain[-1][0]
    background.join()
    assert author.get(f"{address}state.json").json() == {"state": "ready", "done": 0, "total": 0, "error": ""}
    assert "Import these 201 questions" in author.get(address).content.decode()
    assert author.post(address, {"into": "file"})["Location"] == address, "to the page that says how far it is"
    background.join()
    assert author.get(f"{address}state.json").json() == {"state": "ready", "done": 201, "total": 201, "error": ""}
    assert "201 questions imported from “questions.txt”." in author.get(address, follow=True).content.decode()
    assert factories.questions(exam).count() == 201


def test_while_it_is_read_its_page_says_how_far(author: Client, people: People, exam: Exam) -> None:
    address = upload(author, exam, large()).redirect_chain[-1][0]
    QuestionImport.objects.update(state="reading", done=42, total=100)
    page = author.get(address).content.decode()
    assert '<progress value="42" max="100"' in page
    assert "Stop and delete this file" in page
    assert "Reload it to see how far it is" in page
    assert "Import these" not in page
    assert author.get(f"{address}state.json").json() == {"state": "running", "done": 42, "total": 100, "error": ""}
    assert address in author.get(url(exam)).content.decode(), "who left finds it again"


def test_before_anything_is_told_the_bar_says_nothing(author: Client, people: People, exam: Exam) -> None:
    address = upload(author, exam, large()).redirect_chain[-1][0]
    assert '<progress max="1"' in author.get(address).content.decode()


def test_while_it_is_imported_it_is_neither_confirmed_nor_given_up(author: Client, people: People, exam: Exam) -> None:
    row = question_imports.confirm(uploaded(exam, people.author, MANY), section_id=None)
    QuestionImport.objects.update(state="importing")
    address = f"{url(exam)}{row.pk}/"
    page = author.get(address).content.decode()
    assert "The questions are being imported" in page
    assert 'name="discard"' not in page
    assert 'name="later"' not in page
    assert author.post(address, {"into": "file"})["Location"] == address
    refused = author.post(address, {"discard": ""}, follow=True).content.decode()
    assert "are being imported at this moment" in refused


def test_what_waits_to_be_imported_can_be_taken_back_on_its_page(author: Client, people: People, exam: Exam) -> None:
    row = question_imports.confirm(uploaded(exam, people.author, MANY), section_id=None)
    address = f"{url(exam)}{row.pk}/"
    assert "Do not import yet" in author.get(address).content.decode()
    page = author.post(address, {"later": ""}, follow=True).content.decode()
    assert "Nothing of “questions.txt” was imported yet." in page
    assert "Import these 201 questions" in page


@pytest.mark.parametrize("press", [{"discard": ""}, {"into": "file"}, {"later": ""}])
def test_once_it_is_imported_every_button_of_an_old_page_says_so(
    author: Client, people: People, exam: Exam, press: dict[str, str]
) -> None:
    row = question_imports.confirm(uploaded(exam, people.author), section_id=None)
    page = author.post(f"{url(exam)}{row.pk}/", press, follow=True).content.decode()
    assert "2 questions imported from “questions.txt”. That was on " in page
    assert "Nothing of" not in page
    assert "pload it again" not in page
    assert shape(row)[0] == "done"
    assert factories.questions(exam).count() == 2


def test_what_was_imported_a_moment_ago_is_told_without_its_moment(author: Client, exam: Exam) -> None:
    address = upload(author, exam).redirect_chain[-1][0]
    assert "That was on" not in author.post(address, {"into": "file"}, follow=True).content.decode()
    assert "That was on" in author.get(address, follow=True).content.decode()


def test_what_failed_says_why_and_leads_to_another_try(author: Client, people: People, exam: Exam) -> None:
    address = upload(author, exam, large()).redirect_chain[-1][0]
    question_imports.fail(QuestionImport.objects.get(), "It broke off. Upload the file again.")
    page = author.get(address).content.decode()
    assert "It broke off. Upload the file again." in page
    assert f'href="{url(exam)}">Choose a file again' in page
    assert "Next you see" not in page
    assert "Stop and delete" not in page
    assert author.get(f"{address}state.json").json()["state"] == "failed"
    files = author.get(url(exam)).content.decode()
    assert address in files, "who left it hears of it"
    assert f'<form method="post" action="{address}">' in files
    author.post(address, {"discard": ""})
    assert not QuestionImport.objects.exists()
    assert address not in author.get(url(exam)).content.decode()


def test_why_an_import_came_to_nothing_stands_with_what_would_come(author: Client, people: People, exam: Exam) -> None:
    row = question_imports.confirm(uploaded(exam, people.author, MANY), section_id=None)
    question_imports._back(row, "The server has too much to do. Try again in a few minutes.")
    page = author.get(f"{url(exam)}{row.pk}/").content.decode()
    assert "The server has too much to do. Try again in a few minutes." in page
    assert "Import these 201 questions" in page


def test_a_file_can_be_given_up_while_it_waits(author: Client, exam: Exam) -> None:
    address = upload(author, exam, large()).redirect_chain[-1][0]
    author.post(address, {"discard": ""})
    assert not QuestionImport.objects.exists()
    assert author.get(f"{address}state.json").status_code == 404


@pytest.mark.parametrize("who", ["administrator", "superuser", "proctor", "reviewer", "foreign_administrator"])
def test_nobody_follows_a_colleagues_file(client: Client, people: People, exam: Exam, who: str) -> None:
    row = uploaded(exam, people.author, large())
    client.force_login(getattr(people, who))
    assert client.get(f"{url(exam)}{row.pk}/state.json").status_code == 404
    assert "questions.txt" not in client.get(f"{url(exam)}{row.pk}/", follow=True).content.decode()


@pytest.mark.parametrize(
    "who", ["administrator", "superuser", "proctor", "reviewer", "foreign_administrator", "candidate"]
)
@pytest.mark.parametrize("press", [{"into": "file"}, {"discard": ""}, {"later": ""}])
def test_nobody_decides_about_a_colleagues_file(
    client: Client, people: People, exam: Exam, who: str, press: dict[str, str]
) -> None:
    row = uploaded(exam, people.author)
    client.force_login(getattr(people, who))
    client.post(f"{url(exam)}{row.pk}/", press)
    assert shape(row) == ("checked", "")
    assert names_in(row) == {"questions.json"}
    assert not factories.questions(exam).exists()


def test_the_page_for_an_upload_makes_as_many_queries_for_many_files(
    author: Client, people: People, exam: Exam, django_assert_max_num_queries: Any
) -> None:
    uploaded(exam, people.author)
    author.get(url(exam))
    with django_assert_max_num_queries(40) as first:
        author.get(url(exam))
    QuestionImport.objects.bulk_create(
        QuestionImport(exam=exam, by=people.author, file_name=f"{number}", format="gift") for number in range(300)
    )
    with django_assert_max_num_queries(len(first)):
        page = author.get(url(exam)).content.decode()
    assert page.count('class="pv-link pv-break"') == 10


# ---- Over the API ----
def test_over_the_api_a_large_file_is_followed(author: Client, exam: Exam) -> None:
    address = f"/api/v1/exams/{exam.pk}/question-imports/"
    sent = author.post(address, {"file": SimpleUploadedFile("q.txt", large(MANY))})
    told = sent.json()
    assert (sent.status_code, told["state"], told["possible"], told["questions"]) == (201, "waiting", 0, [])
    own = f"{address}{told['id']}/"
    early = author.post(f"{own}confirm/", {}, content_type="application/json")
    assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
    tasks.read_questions(told["id"])
    told = author.get(own).json()
    assert (told["state"], told["possible"], len(told["questions"])) == ("checked", 201, 201)
    for _ in range(2):
        confirmed = author.post(f"{own}confirm/", {}, content_type="application/json")
        told = confirmed.json()
        assert (confirmed.status_code, told["state"], told["imported"]) == (202, "confirmed", None)
    QuestionImport.objects.update(state="importing")
    assert author.delete(own).status_code == 409
    QuestionImport.objects.update(state="confirmed")
    tasks.import_questions(told["id"])
    done = author.get(own).json()
    assert (done["state"], done["imported"], done["done"], done["total"]) == ("done", 201, 201, 201)
    again = author.post(f"{own}confirm/", {}, content_type="application/json")
    assert (again.status_code, again.json()) == (200, done)
    refused = author.delete(own)
    assert (refused.status_code, "were imported already: 201" in refused.json()["message"]) == (409, True)


def test_what_was_confirmed_and_has_not_begun_is_given_up_over_the_api(
    author: Client, people: People, exam: Exam
) -> None:
    row = question_imports.confirm(uploaded(exam, people.author, MANY), section_id=None)
    assert author.delete(f"/api/v1/exams/{exam.pk}/question-imports/{row.pk}/").status_code == 204
    tasks.import_questions(str(row.pk))
    assert not factories.questions(exam).exists()


def test_a_failed_file_says_why_over_the_api(author: Client, people: People, exam: Exam) -> None:
    row = uploaded(exam, people.author, large(GIFT))
    question_imports.fail(row, "The server has too much to do.")
    own = f"/api/v1/exams/{exam.pk}/question-imports/{row.pk}/"
    assert (author.get(own).json()["state"], author.get(own).json()["error"]) == (
        "failed",
        "The server has too much to do.",
    )
    refused = author.post(f"{own}confirm/", {}, content_type="application/json")
    assert (refused.status_code, "could not be read" in refused.json()["message"]) == (409, True)
