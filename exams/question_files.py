"""Questions of an exam as they go into a file: what is written, with which pictures, what a format cannot hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.utils.text import slugify

from exams import pictures, selectors
from exams.interchange.base import Entry, Picture
from exams.interchange.formats import Format
from exams.item_of import item_of
from exams.models import Exam, ExamVersion


def entries_of(version: ExamVersion) -> list[Entry]:
    return [Entry(item_of(question), question.section.title) for question in selectors.questions_of(version)]


def losses(format: Format, entries: Sequence[Entry]) -> list[tuple[str, int]]:
    """What the format cannot hold, with how many questions have it."""
    return list(Counter(lost for entry in entries for lost in format.losses(entry.item)).items())


def written(version: ExamVersion, format: Format) -> bytes:
    return format.write(entries_of(version), _Pictures(version.exam).get)


def name_of(version: ExamVersion, format: Format) -> str:
    return f"{slugify(version.exam.title)[:60] or 'exam'}-questions-{version.number}.{format.extension}"


class _Pictures:
    """The exam's pictures, read once each."""

    def __init__(self, exam: Exam) -> None:
        self._rows = {picture.pk: picture for picture in exam.pictures.all()}

    def get(self, picture_id: UUID) -> Picture | None:
        row = self._rows.get(picture_id)
        if row is None:
            return None
        try:
            content = pictures.content_of(row)
        except FileNotFoundError:
            return None
        return Picture(picture_id, f"{picture_id}.{row.file.rpartition('.')[2]}", content)
