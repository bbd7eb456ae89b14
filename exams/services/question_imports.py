"""Files of questions from the upload to the import: small ones within the request, larger ones outside it.

First the file is read, and who uploaded it looks at what would come of each question. What they confirm is written
whole or not at all. The row says how far that is; see ``pending_imports`` for what lies in the storage meanwhile.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from exams import authored
from exams.errors import ExamError, WrongState
from exams.interchange.formats import Format
from exams.models import Exam, QuestionImport, User
from exams.services import importing, pending_imports
from exams.services.pending_imports import NoLongerThere
from proctor_site import background

logger = logging.getLogger(__name__)

# What takes well under a second is done within the request: nobody is shown progress for it.
AT_ONCE = 128 * 1024  # bytes to read
FEW_QUESTIONS, FEW_PICTURES = 200, 20  # to write
TELL_EVERY = 0.5  # seconds
# What says nothing for so long went with its process. Reading tells how far it is every few seconds; an import is one
# transaction, which nobody outside sees anything of; and one that waits for its turn behind others' may take longer.
LOST_AFTER = {
    QuestionImport.State.READING: timedelta(minutes=2),
    QuestionImport.State.IMPORTING: timedelta(minutes=10),
    QuestionImport.State.WAITING: timedelta(minutes=30),
    QuestionImport.State.CONFIRMED: timedelta(minutes=30),
}
TO_READ = (QuestionImport.State.WAITING, QuestionImport.State.READING)
TO_WRITE = (QuestionImport.State.CONFIRMED, QuestionImport.State.IMPORTING)

State = QuestionImport.State


class _GivenUp(Exception):
    """Nobody waits for it any more."""


def upload(*, exam: Exam, by: User, file_name: str, data: bytes, format: Format) -> QuestionImport:
    """A small file is read when this returns, a larger one outside the request. Nothing is written into the exam. The
    caller has made sure that ``by`` may."""
    row = QuestionImport(exam=exam, by=by, file_name=file_name[:200], format=format.name)
    if len(data) <= AT_ONCE:
        row.save()
        read(row, data)
    else:
        pending_imports.keep_upload(row, data)
        row.save()
        transaction.on_commit(lambda: _hand_over_reading(row))
    row.refresh_from_db()
    return row


def find(*, exam: Exam, by: User, import_id: UUID) -> QuestionImport:
    """The person's own, for that exam, which is one they write. Raises NoLongerThere."""
    row = authored.own_imports(by, exam).filter(pk=import_id).first()
    if row is None:
        raise NoLongerThere
    if row.goes_on and timezone.now() - row.touched_at > LOST_AFTER[State(row.state)]:
        fail(row, "The server was restarted meanwhile. Upload the file again.")
        _back(row, "The server was restarted meanwhile, and nothing was imported. Try again.")
        row.refresh_from_db()
    return row


def read(row: QuestionImport, data: bytes | None = None) -> None:
    """``data``: what was uploaded, where it is at hand. What goes wrong is kept in the row, and raised."""
    taken = QuestionImport.objects.filter(pk=row.pk, state=State.WAITING)
    if not taken.update(state=State.READING, touched_at=timezone.now()):
        return  # a task delivered twice, or given up meanwhile
    reading = QuestionImport.objects.filter(pk=row.pk, state=State.READING)
    told_at = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at < TELL_EVERY:
            return
        if not reading.update(done=done, total=total, touched_at=timezone.now()):
            raise _GivenUp
        told_at = time.monotonic()

    try:
        pending = pending_imports.look_at(row, pending_imports.uploaded(row) if data is None else data, progress)
    except _GivenUp:
        pending_imports.discard(row)
        return
    except Exception:
        fail(row, "Something went wrong while the file was read. Tell an administrator if it happens again.")
        raise
    found = {"possible": len(pending.result.importable), "pictures": len(pending.pictures)}
    if not reading.update(state=State.CHECKED, done=0, total=0, touched_at=timezone.now(), **found):
        pending_imports.discard(row)
    elif data is None:
        pending_imports.drop_upload(row)


def confirm(row: QuestionImport, *, section_id: int | None) -> QuestionImport:
    """Have what was looked at imported: few questions are there when this returns, many come outside the request.
    Confirming again meanwhile changes nothing. Raises NoLongerThere, VersionFrozen, WrongState."""
    draft = importing.draft_for_import(row.exam)
    if section_id is not None:
        importing.chosen_section(draft, section_id)
    taken = QuestionImport.objects.filter(pk=row.pk, state=State.CHECKED).update(
        state=State.CONFIRMED,
        section=section_id,
        error="",
        done=0,
        total=row.possible + row.pictures,
        touched_at=timezone.now(),
    )
    row = _again(row)
    if not taken:
        _refuse_unless_confirmed(row)
    elif row.possible <= FEW_QUESTIONS and row.pictures <= FEW_PICTURES:
        carry_out(row)
    else:
        transaction.on_commit(lambda: _hand_over_import(row))
    return _again(row)


def carry_out(row: QuestionImport) -> None:
    """All questions or none, once, however often it is asked for. What goes wrong is kept in the row, which can be
    confirmed again, and raised."""
    taken = QuestionImport.objects.filter(pk=row.pk, state=State.CONFIRMED)
    if not taken.update(state=State.IMPORTING, touched_at=timezone.now()):
        return

    def progress(done: int, total: int) -> None:
        cache.set(_progress_key(row), done, 3600)  # nothing it writes can be seen before all of it can

    progress(0, row.total)  # one that failed may have come further
    try:
        pending = pending_imports.content_of(row)
        with transaction.atomic():
            number = importing.carry_out(pending, exam=row.exam, by=row.by, section_id=row.section, progress=progress)
            importing_now = QuestionImport.objects.filter(pk=row.pk, state=State.IMPORTING)
            if not importing_now.update(state=State.DONE, imported=number, done=row.total, touched_at=timezone.now()):
                raise WrongState("It took too long and was called off. Nothing was imported.")
    except ExamError as error:
        _back(row, error.message)
        raise
    except Exception:
        _back(row, "Something went wrong, and nothing was imported. Tell an administrator if it happens again.")
        raise
    pending_imports.discard(row)


def progress_of(row: QuestionImport) -> int:
    return int(cache.get(_progress_key(row), 0)) if row.state == State.IMPORTING else row.done


def give_up(row: QuestionImport) -> None:
    """Forget the file. Raises WrongState while its questions are being imported."""
    rows = QuestionImport.objects.filter(pk=row.pk)
    if not rows.exclude(state__in=TO_WRITE).delete()[0] and rows.exists():
        raise WrongState("The questions of this file are being imported at this moment.")
    pending_imports.discard(row)


def forget_old(now: datetime) -> int:
    """Files nobody came back for, and what is left of those that were imported, after their time; how many."""
    forgotten = QuestionImport.objects.filter(created_at__lt=now - pending_imports.KEPT).delete()[0]
    pending_imports.sweep(now)
    return forgotten


def fail(row: QuestionImport, sentence: str) -> None:
    """One that was to be read."""
    if QuestionImport.objects.filter(pk=row.pk, state__in=TO_READ).update(state=State.FAILED, error=sentence):
        pending_imports.discard(row)


def _back(row: QuestionImport, sentence: str) -> None:
    """One that was to be imported can be looked at and confirmed again."""
    QuestionImport.objects.filter(pk=row.pk, state__in=TO_WRITE).update(state=State.CHECKED, error=sentence)


def _again(row: QuestionImport) -> QuestionImport:
    found = QuestionImport.objects.select_related("exam", "by").filter(pk=row.pk).first()
    if found is None:
        raise NoLongerThere
    return found


def _refuse_unless_confirmed(row: QuestionImport) -> None:
    if row.state == State.DONE:
        raise NoLongerThere
    if row.state == State.FAILED:
        raise WrongState(f"This file could not be read. {row.error}")
    if row.state in TO_READ:
        raise WrongState("This file is still being read. Look at what would come of it first.")


def _progress_key(row: QuestionImport) -> str:
    return f"question-import-progress:{row.pk}"


def _hand_over_reading(row: QuestionImport) -> None:
    from exams.tasks import read_questions  # which imports the services

    if not _hand_over(read_questions, row):
        fail(row, "The server has too much to do. Upload the file again in a few minutes.")


def _hand_over_import(row: QuestionImport) -> None:
    from exams.tasks import import_questions

    if not _hand_over(import_questions, row):
        _back(row, "The server has too much to do. Try again in a few minutes.")


def _hand_over(task: background.Task, row: QuestionImport) -> bool:
    try:
        background.run(task, str(row.pk))
    except (background.Busy, OperationalError):
        logger.warning("File of questions %s could not be handed over.", row.pk, exc_info=True)
        return False
    return True
