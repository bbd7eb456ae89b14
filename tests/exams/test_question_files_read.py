"""Files of questions: the large are read outside the request, followed, never stuck, and never twice."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from exams import tasks
from exams.interchange.formats import FORMATS
from exams.models import Exam, QuestionImport
from exams.services import pending_imports, question_imports
from exams.services.pending_imports import content_of
from tests import factories
from tests.admin.question_files import GIFT, large, names_in, png, shape, uploaded, xml_with_picture
from tests.factories import People
from tests.statements import before

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]


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
