"""Files of questions from the upload to the import: small ones within the request, larger ones outside it.

First the file is read, and who uploaded it looks at what would come of each question. What they confirm is written
whole or not at all. The row says how far that is; see ``pending_imports`` for what lies in the storage meanwhile.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from exams import authored, lost
from exams.errors import ExamError, WrongState
from exams.interchange.formats import Format
from exams.models import Exam, QuestionImport, User
from exams.models.question_imports import TO_READ, TO_WRITE
from exams.services import importing, pending_imports
from exams.services.pending_imports import NoLongerThere
from proctor_site import background

logger = logging.getLogger(__name__)

# What is short is done within the request: nobody is shown progress for it. Text of that size takes well under a
# second; but a picture of a few kilobytes may have so many pixels that drawing it takes more than one.
AT_ONCE = 128 * 1024  # bytes to read
PICTURES_AT_ONCE = 2  # to draw
FEW_QUESTIONS, FEW_PICTURES = 200, 20  # to write
TELL_EVERY = 0.5  # seconds
# Reading and importing tell how far they are every few seconds; but an import is one transaction and tells it in the
# cache alone: where that is away, or another for each process, nobody sees anything of it.
LOST_AFTER: lost.Patience = {
    QuestionImport.State.READING: lost.TELLING,
    QuestionImport.State.IMPORTING: lost.UNSEEN,
    QuestionImport.State.WAITING: lost.WAITING,
    QuestionImport.State.CONFIRMED: lost.WAITING,
}
LONGEST_SILENCE = max(LOST_AFTER.values())
_HOLDS_A_PICTURE = re.compile(rb"<file\b|;base64,|<image_base64")

State = QuestionImport.State


class _GivenUp(Exception):
    """Nobody waits for it any more."""


def upload(*, exam: Exam, by: User, file_name: str, data: bytes, format: Format) -> QuestionImport:
    """A small file is read when this returns, one that is larger or has pictures outside the request. Nothing is
    written into the exam. The caller has made sure that ``by`` may."""
    row = QuestionImport(exam=exam, by=by, file_name=file_name[:200], format=format.name)
    if _is_short(data):
        row.save()
        read(row, data)
    else:
        pending_imports.keep_upload(row, data)
        row.save()
        transaction.on_commit(lambda: _hand_over_reading(row))
    row.refresh_from_db()
    return row


def find(*, exam: Exam, by: User, import_id: UUID) -> QuestionImport:
    """The person's own, for that exam; the caller has made sure that they write it. Raises NoLongerThere."""
    row = authored.own_imports(by, exam).filter(pk=import_id).first()
    if row is None:
        raise NoLongerThere
    if lost.is_lost(row, LOST_AFTER, sign_of_life=_last_sign_of_life(row)):
        _lost(row)
        return _again(row)
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
        _discard(row)
        return
    except Exception:
        fail(row, "Something went wrong while the file was read. Tell an administrator if it happens again.")
        raise
    found = {"possible": len(pending.result.importable), "pictures": len(pending.pictures)}
    if not reading.update(state=State.CHECKED, done=0, total=0, touched_at=timezone.now(), **found):
        _discard(row)
    elif data is None:
        with _left_for_later(row):
            pending_imports.drop_upload(row)


def confirm(row: QuestionImport, *, section_id: int | None) -> QuestionImport:
    """Have what was looked at imported: few questions are there when this returns, many come outside the request.
    Confirming again, meanwhile or later, changes nothing. Raises NoLongerThere, VersionFrozen, WrongState."""
    row = _again(row)
    if row.state == State.DONE:  # whatever became of the exam since
        return row
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
        _refuse_unread(row)
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
        # Nothing it writes can be seen before all of it can.
        cache.set(_progress_key(row), (done, timezone.now()), 3600)

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
    _discard(row)


def progress_of(row: QuestionImport) -> int:
    return _told(row)[0] if row.state == State.IMPORTING else row.done


def take_back(row: QuestionImport) -> None:
    """What was confirmed and has not begun can be looked at and confirmed again: its turn may never come, where the
    broker lost it. Raises WrongState."""
    if not QuestionImport.objects.filter(pk=row.pk, state=State.CONFIRMED).update(state=State.CHECKED):
        _refuse_begun(_again(row))


def give_up(row: QuestionImport) -> None:
    """Forget the file. Raises WrongState while its questions are being imported, and once they are."""
    rows = QuestionImport.objects.filter(pk=row.pk)
    # In one statement, before anything goes: the import may begin at this moment.
    if rows.exclude(state__in=[State.IMPORTING, State.DONE]).update(state=State.FAILED):
        rows.delete()
    elif (found := rows.first()) is not None:
        _refuse_begun(found)
    _discard(row)


def forget_old(now: datetime) -> int:
    """Files nobody came back for, and what is left of those that were imported, after their time; how many. What is
    being read or imported at that moment has its time until it is lost."""
    old = QuestionImport.objects.filter(created_at__lt=now - pending_imports.KEPT)
    forgotten = old.exclude(state__in=TO_READ | TO_WRITE, touched_at__gte=now - LONGEST_SILENCE).delete()[0]
    pending_imports.sweep(now)
    return forgotten


def fail(row: QuestionImport, sentence: str) -> None:
    """One that was to be read."""
    if QuestionImport.objects.filter(pk=row.pk, state__in=TO_READ).update(state=State.FAILED, error=sentence):
        _discard(row)


def _is_short(data: bytes) -> bool:
    if len(data) > AT_ONCE:
        return False
    text = data.replace(b"\0", b"")  # UTF-16 has one beside every letter of these
    return len(_HOLDS_A_PICTURE.findall(text)) <= PICTURES_AT_ONCE


def _lost(row: QuestionImport) -> None:
    silent = lost.sentence(row, LOST_AFTER)
    judged = QuestionImport.objects.filter(**lost.as_judged(row))
    if row.state in TO_WRITE:
        judged.update(state=State.CHECKED, error=f"{silent} Nothing was imported. Try again.")
    elif judged.update(state=State.FAILED, error=f"{silent} Upload the file again."):
        _discard(row)


def _last_sign_of_life(row: QuestionImport) -> datetime:
    return _told(row)[1] if row.state == State.IMPORTING else row.touched_at


def _told(row: QuestionImport) -> tuple[int, datetime]:
    """How far an import is, and when it last said so."""
    done, moment = cache.get(_progress_key(row)) or (0, row.touched_at)
    return done, moment


def _discard(row: QuestionImport) -> None:
    with _left_for_later(row):
        pending_imports.discard(row)


@contextmanager
def _left_for_later(row: QuestionImport) -> Iterator[None]:
    """Files that cannot be deleted undo nothing of what was done with them: ``forget_old`` tries again."""
    try:
        yield
    except Exception:  # whatever a storage raises
        logger.warning("What lies in the storage of file of questions %s is left for later.", row.pk, exc_info=True)


def _back(row: QuestionImport, sentence: str) -> None:
    """One that was to be imported can be looked at and confirmed again."""
    QuestionImport.objects.filter(pk=row.pk, state__in=TO_WRITE).update(state=State.CHECKED, error=sentence)


def _again(row: QuestionImport) -> QuestionImport:
    found = QuestionImport.objects.select_related("exam", "by").filter(pk=row.pk).first()
    if found is None:
        raise NoLongerThere
    return found


def _refuse_begun(row: QuestionImport) -> None:
    if row.state == State.IMPORTING:
        raise WrongState("The questions of this file are being imported at this moment. Wait until that is done.")
    if row.state == State.DONE:
        raise WrongState(
            f"Questions of this file were imported already: {row.imported}. Delete in the exam what you do not want."
        )


def _refuse_unread(row: QuestionImport) -> None:
    if row.state == State.FAILED:
        raise WrongState(f"This file could not be read. {row.error}")
    if row.state in TO_READ:
        raise WrongState("This file is still being read. Look at what would come of it first.")


def _progress_key(row: QuestionImport) -> str:
    return f"question-import-told:{row.pk}"


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
