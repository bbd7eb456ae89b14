"""One file with all sessions of an exam, or with the report of one, written outside the request that asked for it."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import slugify

from exams import lost
from exams.tables import BYTE_ORDER_MARK, table
from proctoring.models import Export, Session
from proctoring.reports.pdf.case import kept_pictures
from proctoring.reports.record import DETAIL_KEYS, FURTHER, KEYS
from proctoring.reports.session_json import history, records_of

logger = logging.getLogger(__name__)

FOLDER = "exports"
CONTENT_TYPES = {
    Export.Format.CSV: "text/csv; charset=utf-8",
    Export.Format.JSON: "application/json",
    Export.Format.PDF: "application/pdf",
}
OF_EXAMS = (Export.Format.CSV, Export.Format.JSON)
PICTURES_A_STEP = 20
WHOSE = ("session", "candidate", "kind", "accommodated")
# Each session (in a report, every few pictures) tells how far it is, but nobody sees anything of the file on its way
# into the storage.
LOST_AFTER: lost.Patience = {Export.State.WAITING: lost.WAITING, Export.State.RUNNING: lost.UNSEEN}


class _CalledOff(Exception):
    """It was thought lost, or deleted: nobody waits for it any more."""


def make(export: Export) -> None:
    """Write the file and keep the row's progress. What goes wrong is kept in the row, and raised. One that was thought
    lost meanwhile is not gone on with."""
    sessions = Session.objects.filter(exam=export.exam).order_by("created_at", "pk")
    export.total = sessions.count() if export.session is None else kept_pictures(export.session).count()
    taken = Export.objects.filter(pk=export.pk, state=Export.State.WAITING)
    if not taken.update(state=Export.State.RUNNING, total=export.total, touched_at=timezone.now()):
        return  # a task delivered twice
    try:
        with tempfile.TemporaryFile("w+b") as file:
            if export.session is not None:
                _write_report(export, export.session, file)
            else:
                for part in _parts(export, sessions.select_related("candidate", "exam__institution").iterator(100)):
                    file.write(part.encode())
            file.seek(0)
            name = default_storage.save(f"{FOLDER}/{export.pk}.{export.format}", File(file))
        if not _running(export).update(state=Export.State.READY, file=name, touched_at=timezone.now()):
            default_storage.delete(name)
            raise _CalledOff
    except _CalledOff:
        logger.warning("Export %s took so long that it was called off.", export.pk)
        return
    except Exception:
        fail(export, "The export could not be made. Please try again, and tell an administrator if it happens again.")
        raise
    export.state, export.file = Export.State.READY, name


def judged(export: Export, now: datetime | None = None) -> Export:
    """As it stands now: one that nobody goes on with says so, and stands in no other's way."""
    if lost.is_lost(export, LOST_AFTER, now=now):
        sentence = f"{lost.sentence(export, LOST_AFTER)} Please ask for the export again."
        Export.objects.filter(**lost.as_judged(export)).update(state=Export.State.FAILED, error=sentence)
        export.refresh_from_db(fields=["state", "error", "done", "total", "file", "touched_at"])
    return export


def file_of(export: Export) -> File[bytes]:
    """Opened for reading. Raises FileNotFoundError while it is not ready, and once it was deleted."""
    if export.state != Export.State.READY or not default_storage.exists(export.file):
        raise FileNotFoundError(f"Export {export.pk} has no file.")
    return default_storage.open(export.file)


def name_of(export: Export) -> str:
    if export.session is not None:
        return name_of_session(export.session, export.format)
    return f"{slugify(export.exam.title) or 'exam'}-{export.created_at:%Y-%m-%d}.{export.format}"


def name_of_session(session: Session, extension: str, *, complete: bool = False) -> str:
    """Of a file about it, without anybody's name."""
    log = "-complete" if complete else ""
    return f"session-{session.created_at:%Y-%m-%d}-{str(session.pk)[:8]}{log}.{extension}"


def fail(export: Export, sentence: str) -> None:
    Export.objects.filter(pk=export.pk).update(state=Export.State.FAILED, error=sentence)


def _write_report(export: Export, session: Session, file: BinaryIO) -> None:
    from proctoring.reports.pdf.report import write_report  # ReportLab takes its time to load

    seen = 0

    def picture_seen() -> None:
        nonlocal seen
        seen += 1
        if seen % PICTURES_A_STEP == 0:
            _advance(export, by=PICTURES_A_STEP)

    base_url = settings.PROCTOR_BASE_URL
    write_report(session, by=export.requested_by, base_url=base_url, file=file, seen=picture_seen)
    _advance(export, by=max(0, export.total - export.done))


def _parts(export: Export, sessions: Iterator[Session]) -> Iterator[str]:
    write = _csv_parts if export.format == Export.Format.CSV else _json_parts
    return write(export, sessions)


def _csv_parts(export: Export, sessions: Iterator[Session]) -> Iterator[str]:
    columns = (*KEYS, *FURTHER, *WHOSE, *DETAIL_KEYS)
    yield BYTE_ORDER_MARK + table(columns, [])
    for session in sessions:
        records = records_of(session, base_url=settings.PROCTOR_BASE_URL, detail=True, whose=_whose(session))
        yield table(columns, records, header=False)
        _advance(export)


def _json_parts(export: Export, sessions: Iterator[Session]) -> Iterator[str]:
    yield json.dumps({"exam": export.exam.title}, ensure_ascii=False)[:-1] + ', "sessions": ['
    separator = "\n"
    for session in sessions:
        entry = _whose(session) | history(session, base_url=settings.PROCTOR_BASE_URL, detail=True)
        yield separator + json.dumps(entry, ensure_ascii=False)
        separator = ",\n"
        _advance(export)
    yield "\n]}\n"


def _whose(session: Session) -> dict[str, str | int]:
    return {
        "session": str(session.pk),
        "candidate": session.candidate.display_name,
        "kind": session.kind,
        "accommodated": int(session.accommodated),
    }


def _advance(export: Export, *, by: int = 1) -> None:
    export.done += by
    if not _running(export).update(done=export.done, touched_at=timezone.now()):
        raise _CalledOff


def _running(export: Export) -> QuerySet[Export]:
    return Export.objects.filter(pk=export.pk, state=Export.State.RUNNING)
