"""One file with all sessions of an exam, written outside the request that asked for it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.text import slugify

from exams.tables import BYTE_ORDER_MARK, table
from proctoring.models import Export, Session
from proctoring.reports.record import DETAIL_KEYS, KEYS
from proctoring.reports.session_json import history, records_of

FOLDER = "exports"
CONTENT_TYPES = {Export.Format.CSV: "text/csv; charset=utf-8", Export.Format.JSON: "application/json"}
WHOSE = ("session", "candidate", "kind", "accommodated")


def make(export: Export) -> None:
    """Write the file and keep the row's progress. What goes wrong is kept in the row, and raised."""
    if export.state != Export.State.WAITING:
        return  # a task delivered twice
    sessions = Session.objects.filter(exam=export.exam).order_by("created_at", "pk")
    export.total = sessions.count()
    export.state = Export.State.RUNNING
    export.save(update_fields=["total", "state"])
    try:
        with tempfile.TemporaryFile("w+b") as file:
            for part in _parts(export, sessions.select_related("candidate", "exam__institution").iterator(100)):
                file.write(part.encode())
            file.seek(0)
            export.file = default_storage.save(f"{FOLDER}/{export.pk}.{export.format}", File(file))
        export.state = Export.State.READY
        export.save(update_fields=["file", "state"])
    except Exception:
        fail(export, "The export could not be made. Please try again, and tell an administrator if it happens again.")
        raise


def file_of(export: Export) -> File[bytes]:
    """Opened for reading. Raises FileNotFoundError while it is not ready, and once it was deleted."""
    if export.state != Export.State.READY or not default_storage.exists(export.file):
        raise FileNotFoundError(f"Export {export.pk} has no file.")
    return default_storage.open(export.file)


def name_of(export: Export) -> str:
    return f"{slugify(export.exam.title) or 'exam'}-{export.created_at:%Y-%m-%d}.{export.format}"


def fail(export: Export, sentence: str) -> None:
    Export.objects.filter(pk=export.pk).update(state=Export.State.FAILED, error=sentence)


def _parts(export: Export, sessions: Iterator[Session]) -> Iterator[str]:
    write = _csv_parts if export.format == Export.Format.CSV else _json_parts
    return write(export, sessions)


def _csv_parts(export: Export, sessions: Iterator[Session]) -> Iterator[str]:
    columns = (*WHOSE, *KEYS, *DETAIL_KEYS)
    yield BYTE_ORDER_MARK + table(columns, [])
    for session in sessions:
        records = records_of(session, base_url=settings.PROCTOR_BASE_URL, detail=True)
        yield table(columns, (_whose(session) | record for record in records), header=False)
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


def _advance(export: Export) -> None:
    export.done += 1
    export.save(update_fields=["done"])
