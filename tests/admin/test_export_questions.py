"""Questions out of an exam as files, and its pictures."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from exams.interchange.formats import FORMATS
from exams.item_of import item_of
from exams.models import Exam, Question, QuestionImport, QuestionPicture
from exams.services.importing import carry_out
from exams.services.pending_imports import NoLongerThere, content_of, folder_of
from exams.services.pictures import add_picture, forget_unused_files, remove_picture
from exams.services.question_imports import find
from exams.services.versions import revise
from exams.tasks import forget_question_files
from tests import factories
from tests.admin.question_files import looked_at, png, uploaded, url
from tests.factories import People


@pytest.fixture
def exam(people: People) -> Exam:
    return factories.exam(people.institution, state=Exam.State.DRAFT, title="Astronomy")


@pytest.fixture
def author(client: Client, people: People) -> Client:
    client.force_login(people.author)
    return client


# ---- The way out ----
def test_export_says_what_a_format_loses(author: Client, exam: Exam) -> None:
    factories.questions(exam).update(points=2)
    page = author.get(url(exam, "export")).content.decode()
    assert "points (2 questions)" in page
    assert page.count("It holds everything these questions have.") == 2


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_exported_can_be_imported_elsewhere(author: Client, people: People, exam: Exam, format: str) -> None:
    for position, kind in enumerate(Question.Kind.values, start=1):
        factories.question(exam, kind, position=position)
    answer = author.get(url(exam, f"export/{format}"))
    assert answer["Content-Disposition"].startswith('attachment; filename="astronomy-questions-1.')
    other = factories.exam(people.institution, state=Exam.State.DRAFT, questions=False)
    pending = looked_at(other, people.author, answer.content, format)
    assert [parsed.problems for parsed in pending.result.items] == [[]] * 9
    carry_out(pending, exam=other, by=people.author, section_id=None)
    assert [item_of(question) for question in factories.questions(other)] == [
        item_of(question) for question in factories.questions(exam)
    ]


def test_pictures_are_exported_with_moodle_xml(author: Client, people: People, exam: Exam) -> None:
    picture = add_picture(exam=exam, data=png(), by=None)
    factories.text_question(exam, position=3)
    Question.objects.filter(position=3).update(text=f"![A map](picture:{picture.pk})")
    other = factories.exam(people.institution, state=Exam.State.DRAFT, questions=False)
    pending = looked_at(other, people.author, author.get(url(exam, "export/xml")).content, "xml")
    carry_out(pending, exam=other, by=people.author, section_id=None)
    copied = QuestionPicture.objects.get(exam=other)
    assert copied.sha256 == picture.sha256
    assert factories.questions(other).filter(text=f"![A map](picture:{copied.pk})").exists()


def test_an_older_version_can_be_exported(author: Client, people: People) -> None:
    published = factories.exam(people.institution)
    draft = revise(published, by=people.author)
    Question.objects.filter(section__version=draft).delete()
    assert b"prime" not in author.get(url(published, "export/gift")).content
    assert b"prime" in author.get(url(published, "export/gift") + "?version=1").content
    assert author.get(url(published, "export/gift") + "?version=7").status_code == 404
    assert author.get(url(published, "export/exe")).status_code == 404


# ---- The exam's pictures ----
def test_pictures_are_added_and_deleted(author: Client, exam: Exam) -> None:
    files = [SimpleUploadedFile("a.png", png()), SimpleUploadedFile("b.svg", b"<svg/>")]
    page = author.post(url(exam, "pictures"), {"pictures": files}, follow=True).content.decode()
    picture = QuestionPicture.objects.get()
    assert f"![What it shows](picture:{picture.pk})" in page
    assert "b.svg: This is no picture" in page
    author.post(url(exam, "pictures"), {"delete": str(picture.pk)})
    assert not QuestionPicture.objects.exists()


def test_a_picture_in_use_stays(author: Client, exam: Exam) -> None:
    picture = add_picture(exam=exam, data=png(), by=None)
    factories.questions(exam).update(feedback=f"![x](picture:{picture.pk})")
    page = author.post(url(exam, "pictures"), {"delete": str(picture.pk)}, follow=True).content.decode()
    assert "A question shows this picture." in page
    assert QuestionPicture.objects.exists()


def test_a_foreign_picture_is_not_there(author: Client, people: People, exam: Exam) -> None:
    foreign = add_picture(exam=factories.exam(people.other_institution), data=png(), by=None)
    assert author.post(url(exam, "pictures"), {"delete": str(foreign.pk)}).status_code == 404
    assert author.post(url(exam, "pictures"), {"delete": "nonsense"}).status_code == 404


def test_the_timetable_forgets_what_nobody_needs(people: People, exam: Exam) -> None:
    row = uploaded(exam, people.author)
    pending = looked_at(exam, people.author)
    folder = folder_of(pending.row)
    QuestionImport.objects.filter(pk=pending.row.pk).delete()
    for name in default_storage.listdir(folder)[1]:
        path = Path(default_storage.path(f"{folder}/{name}"))
        os.utime(path, (0, 0))
    QuestionImport.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(hours=25))
    forget_question_files()
    assert not default_storage.exists(folder), "a folder that is too old, whose row is gone"
    with pytest.raises(NoLongerThere):
        find(exam=exam, by=people.author, import_id=row.pk)
    assert content_of(row), "a young folder, whose row went with its exam, stays for its day"
    assert "exams.tasks.forget_question_files" in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def test_files_of_pictures_go_when_no_exam_has_them(people: People, exam: Exam) -> None:
    other = factories.exam(people.institution)
    first, second = (add_picture(exam=each, data=png(), by=None) for each in (exam, other))
    later = timezone.now() + timedelta(hours=2)
    remove_picture(first)
    forget_unused_files(later)
    assert default_storage.exists(second.file)
    remove_picture(second)
    forget_unused_files(timezone.now())
    assert default_storage.exists(second.file), "it may belong to an import that is under way"
    forget_unused_files(later)
    assert not default_storage.exists(second.file)
