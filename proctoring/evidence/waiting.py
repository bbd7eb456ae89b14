"""Pictures the storage would not take wait in the database, beside the events they belong to.

So an event is written when it happens, whatever becomes of the bucket, the disk, this process or the candidate's
connection; its picture is moved when the storage is back. Whoever reads or deletes a picture finds it in either place.
"""

from __future__ import annotations

import logging
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from proctoring.models import WaitingPicture

logger = logging.getLogger(__name__)

AT_ONCE = 1_000  # pictures in one round; the next begins half a minute later


def keep(session_id: UUID, *, name: str, jpeg: bytes) -> None:
    """In the transaction that writes its event. ``name`` is taken by no other picture."""
    WaitingPicture.objects.create(session_id=session_id, name=name, jpeg=jpeg)


def read(name: str) -> bytes | None:
    """None when no picture of that name waits."""
    jpeg = WaitingPicture.objects.filter(name=name).values_list("jpeg", flat=True).first()
    return None if jpeg is None else bytes(jpeg)


def forget(*names: str) -> None:
    """They shall never be moved. Waits for one that is being moved just now, so that it can be deleted there."""
    WaitingPicture.objects.filter(name__in=names).delete()


def forget_all(session_id: UUID) -> int:
    """Of one session; how many there were."""
    _, rows = WaitingPicture.objects.filter(session=session_id).delete()
    return rows.get(WaitingPicture._meta.label, 0)


def move() -> int:
    """Into the storage what waits for it, the oldest first, up to the first that it will not take; how many went."""
    moved = 0
    for pk in list(WaitingPicture.objects.values_list("pk", flat=True)[:AT_ONCE]):
        try:
            moved += _move(pk)
        except OSError as error:
            logger.warning("Pictures wait in the database: the storage does not take them (%s).", error)
            break
    return moved


def _move(pk: int) -> bool:
    """All or nothing but for a copy left in the storage, which the next try finds and uses, or replaces if it is not
    whole."""
    with transaction.atomic():
        picture = WaitingPicture.objects.select_for_update().filter(pk=pk).first()
        if picture is None:
            return False  # moved or deleted by somebody else
        jpeg = bytes(picture.jpeg)
        if not _is_there(picture.name, jpeg):
            default_storage.delete(picture.name)
            default_storage.save(picture.name, ContentFile(jpeg))
        picture.delete()
    return True


def _is_there(name: str, jpeg: bytes) -> bool:
    """All of it."""
    if not default_storage.exists(name):
        return False
    with default_storage.open(name) as file:
        return bool(file.read() == jpeg)
