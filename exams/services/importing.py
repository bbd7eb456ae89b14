"""Questions of a file into the draft of an exam: all of them or none, in one go."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from django.db import transaction

from exams.commonmark import PICTURE
from exams.errors import VersionFrozen, WrongState
from exams.interchange.base import Progress, nobody_waits
from exams.items import Item
from exams.models import Exam, ExamVersion, Section, User
from exams.services.authoring import next_position
from exams.services.items import hold_draft, write_items
from exams.services.pending_imports import PendingImport, drawn_pictures, map_texts
from exams.services.pictures import keep_picture
from exams.services.record import record
from exams.services.versions import draft_of, existing_draft, locked

CHUNK = 500


def refuse_closed(exam: Exam) -> None:
    """Raises WrongState, or VersionFrozen where the questions were published and nobody has begun to change them.
    Writes nothing."""
    if exam.state == Exam.State.ARCHIVED:
        raise WrongState("The exam is archived, so nothing can be imported. Take it out of the archive first.")
    if exam.state != Exam.State.DRAFT and existing_draft(exam) is None:
        raise VersionFrozen


def draft_for_import(exam: Exam) -> ExamVersion:
    """Raises as ``refuse_closed``."""
    refuse_closed(exam)
    draft = existing_draft(exam)
    if draft is None and exam.state == Exam.State.DRAFT:
        draft = draft_of(exam)
    if draft is None:  # published this very moment
        raise VersionFrozen
    return draft


@transaction.atomic
def carry_out(
    pending: PendingImport, *, exam: Exam, by: User, section_id: int | None, progress: Progress = nobody_waits
) -> int:
    """Writes all importable questions behind those there are; how many. With ``section_id`` into that section, else
    into those the file names, which are made where they are missing. ``progress`` counts pictures and questions.

    Raises NoLongerThere, VersionFrozen, WrongState.
    """
    exam = locked(exam)
    draft = hold_draft(draft_for_import(exam).pk)
    total = len(pending.pictures) + len(pending.result.importable)
    names: dict[UUID, UUID] = {}
    for id, drawn in drawn_pictures(pending):
        names[id] = keep_picture(exam=exam, drawn=drawn, by=by).pk
        progress(len(names), total)
    written = len(names)
    placed: dict[str, list[Item]] = defaultdict(list)
    for parsed in pending.result.importable:
        assert parsed.item is not None
        placed["" if section_id else parsed.section].append(_with_names(parsed.item, names))
    for title, items in placed.items():
        section = _section(draft, section_id, title)
        first = next_position(section.questions.all())
        for start in range(0, len(items), CHUNK):
            some = items[start : start + CHUNK]
            write_items(section, some, first + start)
            written += len(some)
            progress(written, total)
    number = sum(map(len, placed.values()))
    record(exam, by, f"Imported {number} question{'' if number == 1 else 's'} from “{pending.row.file_name}”.")
    return number


def _with_names(item: Item, names: dict[UUID, UUID]) -> Item:
    """Texts name the pictures as the exam has them."""
    return map_texts(
        item, lambda text: PICTURE.sub(lambda hit: f"picture:{names.get(UUID(hit['id']), hit['id'])}", text)
    )


def chosen_section(draft: ExamVersion, section_id: int) -> Section:
    """Raises WrongState."""
    section = draft.sections.filter(pk=section_id).first()
    if section is None:
        raise WrongState("This section is not there any more. Choose another one.")
    return section


def _section(draft: ExamVersion, section_id: int | None, title: str) -> Section:
    """The one that was chosen, the one of that title, the first for questions that name none, or a new one."""
    if section_id is not None:
        return chosen_section(draft, section_id)
    sections = list(draft.sections.all())
    found = [section for section in sections if section.title == title] or ([] if title else sections)
    if found:
        return found[0]
    return Section.objects.create(version=draft, title=title, position=next_position(draft.sections.all()))
