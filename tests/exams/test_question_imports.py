"""Large files of questions: read and imported outside the request, followed, never stuck, and never twice."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from exams import tasks
from exams.errors import WrongState
from exams.interchange.formats import FORMATS
from exams.models import Exam, QuestionImport
from exams.services import importing, pending_imports, question_imports
from exams.services.pending_imports import content_of, folder_of
from proctor_site import background
from tests import factories
from tests.admin.question_files import GIFT, large, png, upload, uploaded, url, xml_with_picture
from tests.factories import People
from tests.statements import before

pytestmark = pytest.mark.django_db

MANY = b"::Q:: a {=x ~y}\n\n" * (question_imports.FEW_QUESTIONS + 1)


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def exam(people: People) -> Exam:
    return factories.exam(people.institution, state=Exam.State.DRAFT, title="Astronomy", questions=False)


@pytest.fixture
def author(client: Client, people: People) -> Client:
    client.force_login(people.author)
    return client


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes nothing on."""
    monkeypatch.setattr(background, "_worker", background.Worker(size=1))
    monkeypatch.setattr(background._worker, "_thread", object())
    background._worker._jobs.put_nowait(None)


@pytest.fixture
def joined() -> Iterator[None]:
    yield
    background.join()


def names_in(row: QuestionImport) -> set[str]:
    return set(default_storage.listdir(folder_of(row))[1]) if default_storage.exists(folder_of(row)) else set()


def shape(row: QuestionImport) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.error


# ---- Reading ----
def test_a_small_file_is_read_when_the_upload_is_answered(people: People, exam: Exam) -> None:
    row = uploaded(exam, people.author)
    assert (row.state, row.possible, row.pictures) == ("checked", 2, 0)
    assert names_in(row) == {"questions.json"}


def test_a_large_file_is_kept_until_a_task_has_read_it(people: People, exam: Exam) -> None:
    row = uploaded(exam, people.author, large())
    assert (row.state, names_in(row)) == ("waiting", {"upload"})
    tasks.read_questions(str(row.pk))
    assert shape(row) == ("checked", "")
    assert (row.possible, names_in(row)) == (2, {"questions.json"})
    assert len(content_of(row).result.items) == len(content_of(uploaded(exam, people.author)).result.items) == 3
    assert not factories.questions(exam).exists()


def test_reading_says_how_far_it_is(people: People, exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_imports, "TELL_EVERY", 0)
    row = uploaded(exam, people.author, GIFT + large(b"") + GIFT)
    seen: list[tuple[str, int, int]] = []

    def look() -> None:
        row.refresh_from_db()
        seen.append((row.state, row.done, row.total))

    with before('UPDATE "exams_questionimport"', look):
        tasks.read_questions(str(row.pk))
    assert seen[:3] == [("waiting", 0, 0), ("reading", 0, 0), ("reading", 0, 100)]
    assert seen[-1] == ("reading", 49, 100)


@pytest.mark.parametrize(
    ("format", "data", "total"),
    [
        ("gift", b"a {}\n\nb {}\n\nc {}", 5),
        ("csv", b"kind,text\nessay,a\nessay,b\nessay,c", 4),
        ("xml", b"<quiz>" + b'<question type="essay"><questiontext><text>a</text></questiontext></question>' * 3, 3),
    ],
)
def test_every_format_tells_each_question(format: str, data: bytes, total: int) -> None:
    told: list[tuple[int, int]] = []
    data += b"</quiz>" if format == "xml" else b""
    FORMATS[format].parse(data, lambda *far: told.append(far))
    assert len(told) == 3
    assert told[-1] == (total, total)


def test_pictures_are_the_other_half(people: People, exam: Exam) -> None:
    told: list[int] = []
    row = QuestionImport.objects.create(exam=exam, by=people.author, file_name="a.xml", format="xml")
    pending_imports.look_at(row, xml_with_picture(png()), lambda done, total: told.append(done))
    assert told == [50, 50, 100]


def test_a_task_delivered_twice_reads_once(people: People, exam: Exam) -> None:
    row = uploaded(exam, people.author, large())
    tasks.read_questions(str(row.pk))
    QuestionImport.objects.filter(pk=row.pk).update(possible=7)
    tasks.read_questions(str(row.pk))
    row.refresh_from_db()
    assert (row.state, row.possible) == ("checked", 7)


def test_what_is_given_up_while_it_is_read_leaves_nothing(
    people: People, exam: Exam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question_imports, "TELL_EVERY", 0)
    row = uploaded(exam, people.author, large())
    moments = 0

    def give_up() -> None:
        nonlocal moments
        moments += 1
        if moments == 2:  # the first says that reading begins
            question_imports.give_up(row)

    with before('UPDATE "exams_questionimport"', give_up):
        tasks.read_questions(str(row.pk))
    assert moments == 2, "it went on"
    assert not QuestionImport.objects.exists()
    assert names_in(row) == set()


def test_a_reading_that_fails_says_so_keeps_nothing_and_is_raised(people: People, exam: Exam) -> None:
    row = uploaded(exam, people.author, large())
    pending_imports.drop_upload(row)  # a disk that fails
    with pytest.raises(FileNotFoundError):
        tasks.read_questions(str(row.pk))
    assert shape(row)[0] == "failed"
    assert "Something went wrong while the file was read." in row.error
    assert names_in(row) == set()


@pytest.mark.parametrize("state", ["waiting", "reading"])
def test_a_reading_whose_process_died_is_told_and_the_file_goes(people: People, exam: Exam, state: str) -> None:
    row = uploaded(exam, people.author, large())
    patience = question_imports.LOST_AFTER[QuestionImport.State(state)]

    def found(ago: timedelta) -> QuestionImport:
        QuestionImport.objects.update(state=state, touched_at=timezone.now() - ago)
        return question_imports.find(exam=exam, by=people.author, import_id=row.pk)

    assert found(patience - timedelta(seconds=5)).state == state
    lost = found(patience + timedelta(seconds=5))
    minutes = patience // timedelta(minutes=1)
    assert (lost.state, lost.error) == (
        "failed",
        f"It has not gone on for {minutes} minutes; the server may have been restarted. Upload the file again.",
    )
    assert names_in(row) == set()


def test_a_reading_that_was_thought_lost_brings_nothing_back(people: People, exam: Exam) -> None:
    row = uploaded(exam, people.author, large())
    with before('SELECT "exams_questionpicture"', lambda: question_imports.fail(row, "Lost.")):  # nothing is kept yet
        tasks.read_questions(str(row.pk))
    assert shape(row) == ("failed", "Lost.")
    assert names_in(row) == set()


def test_a_server_that_has_too_much_to_do_says_so(
    people: People, exam: Exam, full: None, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        row = uploaded(exam, people.author, large())
    assert shape(row) == ("failed", "The server has too much to do. Upload the file again in a few minutes.")
    assert names_in(row) == set()


# ---- Importing ----
def test_few_questions_are_there_when_the_answer_comes(people: People, exam: Exam) -> None:
    row = uploaded(exam, people.author, large())
    question_imports.read(row)
    row.refresh_from_db()
    done = question_imports.confirm(row, section_id=None)
    assert (done.state, done.imported, factories.questions(exam).count()) == ("done", 2, 2)
    assert names_in(row) == set()


def test_many_are_written_by_a_task_once(people: People, exam: Exam) -> None:
    row = question_imports.confirm(uploaded(exam, people.author, MANY), section_id=None)
    assert (row.state, row.total, factories.questions(exam).count()) == ("confirmed", 201, 0)
    assert question_imports.confirm(row, section_id=None).state == "confirmed"
    for _ in range(2):  # a task delivered twice
        tasks.import_questions(str(row.pk))
    row.refresh_from_db()
    assert (row.state, row.imported, row.done, factories.questions(exam).count()) == ("done", 201, 201, 201)
    assert LogEntry.objects.get(object_id=str(exam.pk)).change_message == (
        "Imported 201 questions from “questions.txt”."
    )
    assert names_in(row) == set()
    again = question_imports.confirm(row, section_id=None)
    assert (again.state, again.imported, factories.questions(exam).count()) == ("done", 201, 201)


def test_what_was_imported_is_told_though_the_exam_was_closed_since(people: People, exam: Exam) -> None:
    row = question_imports.confirm(uploaded(exam, people.author), section_id=None)
    Exam.objects.filter(pk=exam.pk).update(state=Exam.State.ARCHIVED)
    assert question_imports.confirm(row, section_id=None).imported == 2


def test_an_import_says_how_far_it_is_and_keeps_the_order(
    people: People, exam: Exam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 100)
    data = b"\n\n".join(b"::Q%d:: a {=x ~y}" % number for number in range(201))
    row = question_imports.confirm(uploaded(exam, people.author, data), section_id=None)
    seen: list[int] = []

    def look() -> None:
        seen.append(question_imports.progress_of(QuestionImport.objects.get(pk=row.pk)))

    with before('INSERT INTO "exams_question"', look):
        tasks.import_questions(str(row.pk))
    assert sorted(set(seen)) == [0, 100, 200]
    assert [question.name for question in factories.questions(exam).order_by("position")] == [
        f"Q{number}" for number in range(201)
    ]


def test_all_of_it_or_nothing_and_it_can_be_confirmed_again(
    people: People, exam: Exam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK", 100)
    row = question_imports.confirm(uploaded(exam, people.author, MANY), section_id=None)
    written: list[int] = []

    def fill_the_disk() -> None:
        written.append(factories.questions(exam).count())
        if written[-1] >= 100:
            raise DatabaseError("The disk is full.")

    with before('INSERT INTO "exams_question"', fill_the_disk), pytest.raises(DatabaseError):
        tasks.import_questions(str(row.pk))
    assert written[-1] >= 100
    assert shape(row)[0] == "checked"
    assert row.error.startswith("Something went wrong, and nothing was imported.")
    assert not factories.questions(exam).exists()
    question_imports.confirm(row, section_id=None)
    seen: list[int] = []
    with before(
        'INSERT INTO "exams_question"',
        lambda: seen.append(question_imports.progress_of(QuestionImport.objects.get(pk=row.pk))),
    ):
        tasks.import_questions(str(row.pk))
    assert seen[0] == 0, "it begins anew"
    assert factories.questions(exam).count() == 201


def test_what_stands_in_the_way_by_then_is_told(people: People, exam: Exam) -> None:
    row = question_imports.confirm(uploaded(exam, people.author, MANY), section_id=factories.section(exam).pk)
    factories.section(exam).delete()
    tasks.import_questions(str(row.pk))
    assert shape(row) == ("checked", "This section is not there any more. Choose another one.")
    assert not factories.questions(exam).exists()


def test_a_section_that_is_not_there_is_refused_at_once(people: People, exam: Exam) -> None:
    row = uploaded(exam, people.author, MANY)
    with pytest.raises(WrongState, match="This section is not there any more"):
        question_imports.confirm(row, section_id=999_999)
    assert shape(row) == ("checked", "")


def test_an_import_whose_process_died_can_be_confirmed_again(people: People, exam: Exam) -> None:
    row = question_imports.confirm(uploaded(exam, people.author, MANY), section_id=None)
    ago = timezone.now() - question_imports.LOST_AFTER[QuestionImport.State.IMPORTING] - timedelta(seconds=1)
    QuestionImport.objects.update(state="importing", touched_at=ago)
    lost = question_imports.find(exam=exam, by=people.author, import_id=row.pk)
    assert (lost.state, lost.error) == (
        "checked",
        "It has not gone on for 10 minutes; the server may have been restarted. Nothing was imported. Try again.",
    )
    question_imports.confirm(lost, section_id=None)
    tasks.import_questions(str(row.pk))
    assert factories.questions(exam).count() == 201


def test_an_import_that_was_thought_lost_writes_nothing(people: People, exam: Exam) -> None:
    row = question_imports.confirm(uploaded(exam, people.author, MANY), section_id=None)
    lost = QuestionImport.objects.filter(pk=row.pk)
    with before('INSERT INTO "django_admin_log"', lambda: lost.update(state="checked")):
        tasks.import_questions(str(row.pk))
    assert shape(row)[0] == "checked"
    assert not factories.questions(exam).exists()
    assert content_of(row).result.items, "it can be confirmed again"


def test_a_server_with_too_much_to_do_keeps_what_was_looked_at(
    people: People, exam: Exam, full: None, django_capture_on_commit_callbacks: Any
) -> None:
    row = uploaded(exam, people.author, MANY)
    with django_capture_on_commit_callbacks(execute=True):
        question_imports.confirm(row, section_id=None)
    assert shape(row) == ("checked", "The server has too much to do. Try again in a few minutes.")


def test_what_is_being_imported_or_was_is_not_given_up(people: People, exam: Exam) -> None:
    row = question_imports.confirm(uploaded(exam, people.author, MANY), section_id=None)
    tries: list[str] = []

    def give_up() -> None:
        with pytest.raises(WrongState) as refused:
            question_imports.give_up(row)
        tries.append(refused.value.message)

    with before('INSERT INTO "exams_question"', give_up):
        tasks.import_questions(str(row.pk))
    give_up()
    assert "are being imported at this moment" in tries[0]
    assert "were imported already: 201" in tries[-1]
    assert (shape(row), factories.questions(exam).count()) == (("done", ""), 201)


@pytest.mark.parametrize("way", ["take_back", "give_up"])
def test_what_was_confirmed_and_has_not_begun_can_be_taken_back(people: People, exam: Exam, way: str) -> None:
    row = question_imports.confirm(uploaded(exam, people.author, MANY), section_id=None)
    getattr(question_imports, way)(row)
    tasks.import_questions(str(row.pk))  # its task was not lost after all
    assert not factories.questions(exam).exists()
    assert QuestionImport.objects.exists() == (way == "take_back")
    if way == "take_back":
        question_imports.confirm(row, section_id=None)
        tasks.import_questions(str(row.pk))
        assert factories.questions(exam).count() == 201


def test_what_has_begun_is_not_taken_back(people: People, exam: Exam) -> None:
    row = question_imports.confirm(uploaded(exam, people.author, MANY), section_id=None)
    QuestionImport.objects.update(state="importing")
    with pytest.raises(WrongState):
        question_imports.take_back(row)
    assert shape(row)[0] == "importing"


@pytest.mark.parametrize("state", ["reading", "importing"])
def test_what_goes_on_at_the_moment_it_is_judged_is_not_called_off(people: People, exam: Exam, state: str) -> None:
    row = uploaded(exam, people.author)
    QuestionImport.objects.update(state=state, touched_at=timezone.now() - timedelta(hours=1))
    goes_on = QuestionImport.objects.filter(pk=row.pk)
    with before('UPDATE "exams_questionimport"', lambda: goes_on.update(touched_at=timezone.now())):
        found = question_imports.find(exam=exam, by=people.author, import_id=row.pk)
    assert (found.state, found.error) == (state, "")
    assert names_in(row) == {"questions.json"}


def test_what_ends_at_the_moment_it_is_judged_has_ended(people: People, exam: Exam) -> None:
    row = uploaded(exam, people.author)
    QuestionImport.objects.update(state="reading", touched_at=timezone.now() - timedelta(hours=1))
    ends = QuestionImport.objects.filter(pk=row.pk)
    with before('UPDATE "exams_questionimport"', lambda: ends.update(state="confirmed")):
        found = question_imports.find(exam=exam, by=people.author, import_id=row.pk)
    assert (found.state, found.error) == ("confirmed", "")


def test_a_long_import_that_gives_signs_of_life_is_not_called_off(people: People, exam: Exam) -> None:
    row = question_imports.confirm(uploaded(exam, people.author, MANY), section_id=None)
    seen: list[str] = []

    def an_hour_later() -> None:
        QuestionImport.objects.update(touched_at=timezone.now() - timedelta(hours=1))
        seen.append(question_imports.find(exam=exam, by=people.author, import_id=row.pk).state)

    with before('INSERT INTO "exams_question"', an_hour_later):
        tasks.import_questions(str(row.pk))
    assert set(seen) == {"importing"}
    assert shape(row) == ("done", "")


# ---- What is left in the storage ----
@pytest.mark.parametrize(("state", "kept"), [("reading", True), ("importing", True), ("checked", False)])
def test_what_goes_on_is_not_forgotten_when_its_day_is_over(
    people: People, exam: Exam, files: Path, state: str, kept: bool
) -> None:
    row = uploaded(exam, people.author)
    two_days_ago = timezone.now() - timedelta(days=2)
    QuestionImport.objects.update(state=state, created_at=two_days_ago)
    for file in files.rglob("*.json"):
        os.utime(file, (two_days_ago.timestamp(),) * 2)
    assert question_imports.forget_old(timezone.now()) == (not kept)
    assert QuestionImport.objects.exists() == kept
    assert names_in(row) == ({"questions.json"} if kept else set())
    later = timezone.now() + question_imports.LONGEST_SILENCE + timedelta(seconds=5)
    assert question_imports.forget_old(later) == kept
    assert names_in(row) == set()


def test_files_that_cannot_be_deleted_undo_no_import_and_are_left_for_later(
    people: People, exam: Exam, files: Path, caplog: pytest.LogCaptureFixture
) -> None:
    row = uploaded(exam, people.author)
    stuck = files / folder_of(row) / "stuck"  # the folder cannot be deleted while something is in it
    stuck.mkdir()
    done = question_imports.confirm(row, section_id=None)
    assert (done.state, done.imported) == ("done", 2)
    assert "is left for later" in caplog.text
    stuck.rmdir()
    question_imports.forget_old(timezone.now() + timedelta(days=2))
    assert not (files / folder_of(row)).exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_small_file_with_more_than_two_pictures_is_read_outside_the_request(
    people: People, exam: Exam, encoding: str
) -> None:
    """A few kilobytes may be millions of pixels."""
    [question] = re.findall("<question.*</question>", xml_with_picture(png()).decode())
    data = {number: f"<quiz>{question * number}</quiz>".encode(encoding) for number in (2, 3)}
    assert uploaded(exam, people.author, data[2], "xml").state == "checked"
    row = uploaded(exam, people.author, data[3], "xml")
    assert (len(data[3]) < question_imports.AT_ONCE, row.state) == (True, "waiting")


def test_pictures_within_texts_count_too(people: People, exam: Exam) -> None:
    picture = f'<img src="data:image/png;base64,{b64encode(png()).decode()}">'.replace("=", r"\=").replace(":", r"\:")
    assert uploaded(exam, people.author, f"[html]{picture * 2} {{}}".encode()).pictures == 1
    assert uploaded(exam, people.author, f"[html]{picture * 3} {{}}".encode()).state == "waiting"


def test_with_its_exam_a_file_goes_too(people: People, exam: Exam) -> None:
    row = uploaded(exam, people.author)
    exam.delete()
    assert not QuestionImport.objects.filter(pk=row.pk).exists()


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
