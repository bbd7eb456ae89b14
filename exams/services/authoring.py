"""Putting an exam together: where its questions, sections and pools stand, and a new exam made of an old one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import CharField, Max, QuerySet, TextField

from exams.errors import WrongState
from exams.models import Choice, Exam, ExamVersion, Pool, Question, QuestionPicture, Section, User
from exams.services.copying import columns, copy_questions
from exams.services.items import hold_draft
from exams.services.record import record
from exams.services.versions import newest_version
from exams.signals import copied

_PICTURE = re.compile(r"picture:[0-9a-f-]{36}")
Placed = TypeVar("Placed", Question, Section)


@transaction.atomic
def move_question(question: Question, *, down: bool) -> None:
    """One place up or down within its section; at the end nothing happens. Raises VersionFrozen."""
    hold_draft(question.section.version_id)
    _reorder(list(question.section.questions.all()), question, down=down)


@transaction.atomic
def move_section(section: Section, *, down: bool) -> None:
    hold_draft(section.version_id)
    _reorder(list(section.version.sections.all()), section, down=down)


@transaction.atomic
def put_questions(questions: Sequence[Question], *, section: Section, pool: Pool | None) -> None:
    """To the end of ``section``, in their order, and into ``pool`` (of that section) or out of theirs.

    Those that are in the section already keep their places. Raises VersionFrozen, and WrongState for questions of
    another version.
    """
    hold_draft(section.version_id)
    if pool is not None and pool.section_id != section.pk:
        raise WrongState("The pool belongs to another section.")
    if any(question.section.version_id != section.version_id for question in questions):
        raise WrongState("Questions can only be moved within one version of an exam.")
    position = next_position(section.questions.all())
    for question in questions:
        if question.section_id != section.pk:
            question.section, question.position = section, position
            position += 1
        question.pool = pool
    Question.objects.bulk_update(questions, ["section", "position", "pool"])


@transaction.atomic
def place_question(question: Question, *, section: Section, pool: Pool | None, position: int | None) -> None:
    """The question, new or not, at ``position`` of the section (1 is the first; None: at the end, or where it is),
    the others behind it. Saves the question. Raises VersionFrozen."""
    hold_draft(section.version_id)
    others = list(section.questions.all())
    here = others.index(question) + 1 if question in others else len(others) + 1
    others = [other for other in others if other != question]
    if position is None:
        position = here
    question.section, question.pool = section, pool
    question.position = min(max(position, 1), len(others) + 1)
    question.save()
    others.insert(question.position - 1, question)
    _number(others)


def next_position(rows: QuerySet[Any]) -> int:
    """Behind all ``rows``, which are questions or sections."""
    newest: int | None = rows.aggregate(newest=Max("position"))["newest"]
    return (newest or 0) + 1


@transaction.atomic
def duplicate(exam: Exam, *, title: str, by: User | None) -> Exam:
    """A draft with the same settings, questions and pictures: without window, candidates and attempts."""
    copy = Exam(**columns(exam) | {"title": title, "institution": exam.institution})
    copy.state = Exam.State.DRAFT
    copy.opens_at = copy.closes_at = copy.results_published_at = None
    copy.save()
    draft = ExamVersion.objects.create(exam=copy, number=1)
    source = newest_version(exam)
    if source is None:
        Section.objects.create(version=draft)
    else:
        copy_questions(source, draft, same_uids=False)
        _copy_pictures(exam, copy)
    copied.send(Exam, exam=exam, copy=copy)
    record(copy, by, f"Made as a copy of “{exam.title}”.")
    return copy


def _copy_pictures(exam: Exam, copy: Exam) -> None:
    """Pictures of the copy are rows of its own, which its texts then name; the files are shared."""
    renamed: dict[str, str] = {}
    copies = []
    for picture in exam.pictures.all():
        copies.append(QuestionPicture(**columns(picture) | {"exam": copy, "added_by_id": picture.added_by_id}))
        renamed[f"picture:{picture.pk}"] = f"picture:{copies[-1].pk}"
    QuestionPicture.objects.bulk_create(copies)
    if not renamed:
        return
    within = {Section: "version__exam", Question: "section__version__exam", Choice: "question__section__version__exam"}
    for model, path in within.items():
        _rename(model._default_manager.filter(**{path: copy}), renamed)
    _rename(Exam.objects.filter(pk=copy.pk), renamed)


def _rename(rows: QuerySet[Any], renamed: dict[str, str]) -> None:
    """Writes the new names of pictures into all texts of ``rows``."""
    names = [field.name for field in rows.model._meta.concrete_fields if isinstance(field, CharField | TextField)]
    changed = []
    for row in rows:
        texts = {name: _PICTURE.sub(lambda hit: renamed.get(hit[0], hit[0]), getattr(row, name)) for name in names}
        if any(getattr(row, name) != text for name, text in texts.items()):
            row.__dict__.update(texts)
            changed.append(row)
    if changed:
        rows.model._default_manager.bulk_update(changed, names)


def _reorder(rows: list[Placed], row: Placed, *, down: bool) -> None:
    here = rows.index(row)
    there = here + 1 if down else here - 1
    if 0 <= there < len(rows):
        rows[here], rows[there] = rows[there], rows[here]
    _number(rows)


def _number(rows: Iterable[Placed]) -> None:
    changed: list[Placed] = []
    for position, row in enumerate(rows, start=1):
        if row.position != position:
            row.position = position
            changed.append(row)
    if changed:
        type(changed[0])._default_manager.bulk_update(changed, ["position"])
