"""Questions of a file are imported, many of them outside the request: followed, never stuck, and never twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError
from django.utils import timezone

from exams import tasks
from exams.errors import WrongState
from exams.models import Exam, QuestionImport
from exams.services import importing, question_imports
from exams.services.pending_imports import content_of
from tests import factories
from tests.admin.question_files import MANY, large, names_in, shape, uploaded
from tests.factories import People
from tests.statements import before

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]


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
