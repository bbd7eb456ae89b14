"""What of a file of questions is left in the storage, and for how long."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from exams.models import Exam, QuestionImport
from exams.services import question_imports
from exams.services.pending_imports import folder_of
from tests.admin.question_files import names_in, uploaded
from tests.factories import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]


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


def test_with_its_exam_a_file_goes_too(people: People, exam: Exam) -> None:
    row = uploaded(exam, people.author)
    exam.delete()
    assert not QuestionImport.objects.filter(pk=row.pk).exists()
