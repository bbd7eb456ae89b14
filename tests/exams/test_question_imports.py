"""Large files of questions: read and imported outside the request, followed, never stuck, and never twice."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError
from django.utils import timezone

from exams import tasks
from exams.errors import WrongState
from exams.interchange.formats import FORMATS
from exams.models import Exam, QuestionImport
from exams.services import importing, pending_imports, question_imports
from exams.services.pending_imports import content_of, folder_of
from tests import factories
from tests.admin.question_files import GIFT, MANY, large, names_in, png, shape, uploaded, xml_with_picture
from tests.factories import People
from tests.statements import before

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]


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
