"""The pictures kept with events: the very JPEGs that were analysed, on Django's storage.

Where the storage fails they wait in the database (:mod:`proctoring.evidence.waiting`).
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError

from proctoring.analysis.metrics import metrics
from proctoring.evidence import waiting
from proctoring.models import Event, Session

logger = logging.getLogger(__name__)

FOLDER = "snapshots"
# A picture is written before its row; one this old without a row was left by a process that died in between.
ORPHAN_AGE = timedelta(hours=1)


class Pictures:
    """Pictures written in one transaction."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def save(self, session_id: UUID, *, event: str, unix_ms: int, jpeg: bytes) -> tuple[str, str]:
        """The storage name and the SHA-256. Two of one millisecond get different names from the storage."""
        start = f"{folder(session_id)}/{event}_{unix_ms}"
        try:
            name = default_storage.save(f"{start}.jpg", ContentFile(jpeg))
        except OSError as error:
            # Which names are taken there nobody can say now, so it gets one that is not.
            name = f"{start}_{secrets.token_hex(4)}.jpg"
            waiting.keep(session_id, name=name, jpeg=jpeg)
            metrics.count("pictures_kept_back")
            logger.warning("A picture waits in the database: the storage did not take it (%s).", error)
        else:
            self.names.append(name)
        return name, hashlib.sha256(jpeg).hexdigest()


@contextmanager
def written_with_rows() -> Iterator[Pictures]:
    """Put it *around* the transaction: when that fails, its pictures go too.

    But not when the database went away: it may have written the rows before it did. Pictures without rows are swept.
    """
    pictures = Pictures()
    try:
        yield pictures
    except (OperationalError, InterfaceError):
        raise
    except BaseException:
        for name in pictures.names:
            try:
                default_storage.delete(name)
            except OSError:
                logger.warning("%s is left without a row; the purge will find it.", name, exc_info=True)
        raise


def folder(session_id: UUID) -> str:
    return f"{FOLDER}/{session_id}"


def read(name: str) -> bytes:
    """From the storage, or from where it waits for it. Raises FileNotFoundError, and OSError as the storage does."""
    try:
        return _stored(name)
    except OSError:
        jpeg = waiting.read(name)
    return _stored(name) if jpeg is None else jpeg  # it may have been moved between the two


def _stored(name: str) -> bytes:
    with default_storage.open(name) as file:
        return bytes(file.read())


def delete(*names: str) -> None:
    """Nothing happens to those that are gone already."""
    waiting.forget(*names)
    for name in names:
        default_storage.delete(name)


def delete_folder(session_id: UUID) -> int:
    """Every picture of a session, with a row or without; how many there were."""
    waited = waiting.forget_all(session_id)
    names = _files(folder(session_id))
    for name in names:
        default_storage.delete(name)
    default_storage.delete(folder(session_id))
    return waited + len(names)


def sweep_orphans(now: datetime) -> int:
    """Delete pictures that no event knows; the number of files."""
    swept = 0
    for name in _listed(FOLDER)[0]:
        place = f"{FOLDER}/{name}"
        known = set(Event.objects.filter(snapshot__startswith=f"{place}/").values_list("snapshot", flat=True))
        for orphan in set(_files(place)) - known:
            if default_storage.get_modified_time(orphan) < now - ORPHAN_AGE:
                default_storage.delete(orphan)
                swept += 1
        if not known and not Session.objects.filter(pk=name).exists() and not _files(place):
            default_storage.delete(place)
    return swept


def _files(place: str) -> list[str]:
    return [f"{place}/{name}" for name in _listed(place)[1]]


def _listed(place: str) -> tuple[list[str], list[str]]:
    """Folders and files; nothing in a folder that is not there. Buckets have no folders to ask for."""
    try:
        return default_storage.listdir(place)
    except FileNotFoundError:
        return [], []
