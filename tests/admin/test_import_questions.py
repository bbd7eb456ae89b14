"""Questions of a file in the admin: looked at first, then imported whole or not at all."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from exams.item_of import item_of
from exams.models import Exam, Question, QuestionPicture, Section
from exams.services.importing import carry_out
from exams.services.pending_imports import NoLongerThere, content_of
from exams.services.pictures import add_picture
from exams.services.question_imports import find, forget_old
from exams.services.versions import revise
from tests import factories
from tests.admin.question_files import looked_at, png, upload, url, xml_with_picture
from tests.factories import People


@pytest.fixture
def exam(people: People) -> Exam:
    return factories.exam(people.institution, state=Exam.State.DRAFT, title="Astronomy")


@pytest.fixture
def author(client: Client, people: People) -> Client:
    client.force_login(people.author)
    return client


# ---- The look at it ----
def test_an_upload_shows_every_question_and_writes_nothing(author: Client, exam: Exam) -> None:
    before = factories.questions(exam).count()
    page = upload(author, exam).content.decode()
    assert "Import these 2 questions" in page
    assert re.findall(r'data-outcome="([a-z-]+)"', page) == ["good", "left-out", "remarks"]
    assert "Line 5, section “Planets”" in page
    assert "A multiple choice needs two options or more." in page
    assert "The feedback for a single number is left out." in page
    assert "<mi>π</mi>" in page
    assert factories.questions(exam).count() == before
    assert not Section.objects.filter(title="Planets").exists()


@pytest.mark.parametrize(("show", "shown"), [("good", "13"), ("remarks", "3"), ("left-out", "2"), ("nonsense", "123")])
def test_some_outcomes_are_shown_on_demand(author: Client, exam: Exam, show: str, shown: str) -> None:
    address = upload(author, exam).redirect_chain[-1][0]
    page = author.get(address, {"show": show}).content.decode()
    assert "".join(re.findall(r'<h3 class="pv-h3" dir="auto">(\d)\.', page)) == shown


def test_many_questions_come_in_pages(author: Client, exam: Exam) -> None:
    address = upload(author, exam, b"a {}\n\n" * 45).redirect_chain[-1][0]
    assert "Page 3 of 3" in author.get(address, {"page": "3"}).content.decode()


def test_a_page_makes_the_same_number_of_queries_for_few_and_many(
    author: Client, exam: Exam, django_assert_max_num_queries: Any
) -> None:
    few = upload(author, exam, b"a {}").redirect_chain[-1][0]
    many = upload(author, exam, b"a {=x ~y}\n\n" * 20).redirect_chain[-1][0]
    author.get(few)
    with django_assert_max_num_queries(40) as first:
        author.get(few)
    with django_assert_max_num_queries(len(first)):
        author.get(many)


@pytest.mark.parametrize(
    ("name", "data", "format", "label"),
    [
        ("a.xml", b"<quiz/>", "", "Moodle XML"),
        ("a.csv", b"kind,text\nessay,Why?", "", "CSV"),
        ("a.txt", b"Why? {}", "", "GIFT"),
        ("a.txt", b"<quiz/>", "gift", "GIFT"),
    ],
)
def test_the_format_is_found_out_unless_it_is_named(
    author: Client, exam: Exam, name: str, data: bytes, format: str, label: str
) -> None:
    page = upload(author, exam, data, name, format=format).content.decode()
    assert f"{label} for <a" in page


def test_a_file_that_cannot_be_read_says_why(author: Client, exam: Exam) -> None:
    page = upload(author, exam, b"<quiz><question></quiz>").content.decode()
    assert "Line 1 is not XML" in page
    assert "There is nothing to import in this file." in page


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({}, "Choose the file."), ({"file": SimpleUploadedFile("a.txt", b"")}, "The file is empty.")],
)
def test_without_a_file_nothing_happens(author: Client, exam: Exam, fields: dict[str, Any], sentence: str) -> None:
    answer = author.post(url(exam), fields)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_text_of_a_file_stays_text(author: Client, exam: Exam) -> None:
    data = b"::<script>alert(1)</script>::<img src\\=x onerror\\=alert(1)> {=<script>alert(2)</script>}"
    page = upload(author, exam, data).content.decode()
    assert "<script>alert" not in page
    assert "onerror" not in page


# ---- The import ----
def test_questions_go_into_the_sections_that_the_file_names(author: Client, exam: Exam) -> None:
    address = upload(author, exam).redirect_chain[-1][0]
    answer = author.post(address, {"into": "file"}, follow=True)
    assert "2 questions imported from “questions.txt”." in answer.content.decode()
    planets, numbers = Section.objects.filter(version__exam=exam, title__in=["Planets", "Numbers"]).order_by("position")
    assert (planets.title, numbers.title) == ("Planets", "Numbers")
    question = planets.questions.get()
    assert [(choice.text, choice.correct) for choice in question.choices.all()] == [
        ("Mars", False),
        ("Jupiter", True),
        ("Saturn", False),
    ]
    assert numbers.questions.get().text == "How much is $\\pi$?"


def test_questions_go_behind_those_of_the_section_that_was_chosen(author: Client, exam: Exam) -> None:
    section = factories.section(exam)
    address = upload(author, exam).redirect_chain[-1][0]
    author.post(address, {"into": str(section.pk)})
    assert [question.name for question in section.questions.all()] == ["", "", "Largest", "Pi"]
    assert [question.position for question in section.questions.all()] == [1, 2, 3, 4]


def test_questions_without_a_section_go_into_the_first(people: People, exam: Exam) -> None:
    pending = looked_at(exam, people.author, b"::New::a {}")
    carry_out(pending, exam=exam, by=people.author, section_id=None)
    assert factories.section(exam).questions.last().name == "New"  # type: ignore[union-attr]


def test_what_was_looked_at_is_what_is_written(people: People, exam: Exam) -> None:
    csv = (
        b"kind,text,points,penalty,right,option_1,credit_1,option_2,feedback_2\nsingle choice,a,2.5,0.25,2,x,-25,y,z\n"
    )
    pending = looked_at(exam, people.author, csv, "csv")
    carry_out(pending, exam=exam, by=people.author, section_id=None)
    written = Question.objects.get(text="a")
    assert item_of(written) == pending.result.items[0].item


def test_a_file_is_imported_once(author: Client, exam: Exam) -> None:
    address = upload(author, exam).redirect_chain[-1][0]
    author.post(address, {"into": "file"})
    answer = author.post(address, {"into": "file"}, follow=True)
    assert "2 questions imported from “questions.txt”. That was on " in answer.content.decode()
    assert factories.questions(exam).filter(name="Pi").count() == 1


def test_questions_that_are_there_already_are_told(author: Client, exam: Exam) -> None:
    author.post(upload(author, exam).redirect_chain[-1][0], {"into": "file"})
    assert "2 of these questions are in this exam already" in upload(author, exam).content.decode()
    assert "in this exam already" not in upload(author, exam, b"Which? {}").content.decode()


def test_a_file_can_be_given_up(author: Client, people: People, exam: Exam) -> None:
    address = upload(author, exam).redirect_chain[-1][0]
    answer = author.post(address, {"discard": ""}, follow=True)
    assert "Nothing of “questions.txt” was imported." in answer.content.decode()
    assert not default_storage.exists(f"question_imports/{people.author.pk}/{address.split('/')[-2]}")


def test_a_section_that_went_meanwhile_stops_the_import_whole(author: Client, exam: Exam) -> None:
    address = upload(author, exam).redirect_chain[-1][0]
    page = author.post(address, {"into": "999999"}, follow=True).content.decode()
    assert "This section is not there any more." in page
    assert not factories.questions(exam).filter(name="Pi").exists()
    assert author.get(address).status_code == 200, "the file is still there"


def test_the_import_is_written_into_the_history(people: People, exam: Exam) -> None:
    carry_out(looked_at(exam, people.author), exam=exam, by=people.author, section_id=None)
    assert LogEntry.objects.latest("pk").change_message == "Imported 2 questions from “questions.txt”."


def test_many_questions_take_few_queries(people: People, exam: Exam, django_assert_max_num_queries: Any) -> None:
    pending = looked_at(exam, people.author, b"a {=x ~y}\n\n" * 300)
    with django_assert_max_num_queries(40):
        carry_out(pending, exam=exam, by=people.author, section_id=None)
    assert factories.questions(exam).count() == 302


# ---- Published questions ----
def test_published_questions_ask_for_a_new_version_first(author: Client, people: People, exam: Exam) -> None:
    published = factories.exam(people.institution)
    page = author.get(url(published)).content.decode()
    assert "Make a new version first" in page
    assert "Change the questions" in page
    assert upload(author, published).status_code == 200
    assert factories.questions(published).count() == 2


def test_into_the_new_version_of_a_published_exam(people: People) -> None:
    published = factories.exam(people.institution)
    draft = revise(published, by=people.author)
    carry_out(looked_at(published, people.author), exam=published, by=people.author, section_id=None)
    assert Question.objects.filter(section__version=draft, name="Pi").exists()


def test_questions_published_meanwhile_stay_as_they_are(author: Client, exam: Exam) -> None:
    address = upload(author, exam).redirect_chain[-1][0]
    exam.versions.update(frozen_at=timezone.now())
    Exam.objects.filter(pk=exam.pk).update(state=Exam.State.PUBLISHED)
    page = author.post(address, {"into": "file"}, follow=True).content.decode()
    assert "were published and stay as they are" in page
    assert factories.questions(exam).count() == 2


def test_an_archived_exam_takes_nothing(author: Client, exam: Exam) -> None:
    Exam.objects.filter(pk=exam.pk).update(state=Exam.State.ARCHIVED)
    assert "nothing can be imported into it" in author.get(url(exam)).content.decode()


# ---- Pictures ----
def test_pictures_are_shown_beforehand_and_come_along(author: Client, people: People, exam: Exam) -> None:
    answer = upload(author, exam, xml_with_picture(png()), "a.xml")
    [source] = re.findall(r'<img src="(/pictures/[^"]+)" alt="A map">', answer.content.decode())
    shown = author.get(source)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert not QuestionPicture.objects.exists()
    author.post(answer.redirect_chain[-1][0], {"into": str(factories.section(exam).pk)})
    picture = QuestionPicture.objects.get()
    assert (picture.exam, picture.added_by) == (exam, people.author)
    assert Question.objects.latest("pk").text == f"![A map](picture:{picture.pk}) Where?"


def test_pictures_before_the_import_are_nobody_elses(client: Client, people: People, exam: Exam) -> None:
    pending = looked_at(exam, people.author, xml_with_picture(png()), "xml")
    [picture] = pending.pictures
    client.force_login(people.administrator)
    assert client.get(f"/pictures/{picture}/").status_code == 404


@pytest.mark.parametrize("data", [b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", b"nonsense"])
def test_what_is_no_picture_is_left_out_and_told(people: People, exam: Exam, data: bytes) -> None:
    [parsed] = looked_at(exam, people.author, xml_with_picture(data), "xml").result.items
    assert parsed.item is not None
    assert parsed.item.text == "A map Where?"
    assert parsed.problems[0].startswith("The picture “map.png” is left out: This is no picture")


def test_pictures_that_the_exam_has_stay_and_others_are_told(people: People, exam: Exam) -> None:
    own = add_picture(exam=exam, data=png(), by=None)
    gone = UUID("0190b0a8-4c5e-4b6e-9d3a-7d0f4d1c2b3a")
    text = f"[markdown]![a](picture\\:{own.pk}) ![b](picture\\:{gone}) {{}}".encode()
    [parsed] = looked_at(exam, people.author, text).result.items
    assert parsed.item is not None
    assert parsed.item.text == f"![a](picture:{own.pk}) b"
    assert parsed.problems == [f"There is no picture {gone} in this exam; its words stay."]


# ---- Who ----
@pytest.mark.parametrize("who", ["proctor", "reviewer", "candidate", "foreign_administrator"])
@pytest.mark.parametrize("page", ["import", "export", "export/gift", "pictures"])
def test_only_those_who_write_its_questions_get_in(
    client: Client, people: People, exam: Exam, who: str, page: str
) -> None:
    client.force_login(getattr(people, who))
    assert client.get(url(exam, page)).status_code in {302, 403, 404}
    assert client.post(url(exam, page), {}).status_code in {302, 403, 404, 405}


def test_a_file_is_only_its_uploaders_and_only_for_that_exam(people: People, exam: Exam) -> None:
    pending = looked_at(exam, people.author)
    with pytest.raises(NoLongerThere):
        find(exam=exam, by=people.administrator, import_id=pending.row.pk)
    with pytest.raises(NoLongerThere):
        find(exam=factories.exam(people.institution), by=people.author, import_id=pending.row.pk)


def test_files_nobody_came_back_for_are_forgotten(people: People, exam: Exam) -> None:
    pending = looked_at(exam, people.author, xml_with_picture(png()), "xml")
    assert forget_old(timezone.now() + timedelta(hours=23)) == 0
    row = find(exam=exam, by=people.author, import_id=pending.row.pk)
    assert content_of(row) == pending
    assert forget_old(timezone.now() + timedelta(hours=25)) == 1
    with pytest.raises(NoLongerThere):
        find(exam=exam, by=people.author, import_id=pending.row.pk)
    with pytest.raises(NoLongerThere):
        content_of(row)
