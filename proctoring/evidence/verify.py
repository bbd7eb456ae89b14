"""Checking that a session's log and pictures are as they were written.

What this can find: any changed, missing, added or swapped event, and any changed or missing picture, against the chain
and its head kept with the session. What no chain inside one database can: someone who may write to it rewriting
everything from the first event on, head included. Whoever must rule that out notes ``chain_head`` elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from proctoring.evidence import chain, snapshots
from proctoring.models import Event, PurgeRecord, Session

HEAD = ["event_count", "chain_head"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``sequence`` is the event's number, ``None`` when the session as a whole is meant."""

    session_id: UUID
    sequence: int | None
    code: str
    sentence: str

    def __str__(self) -> str:
        where = f"{self.session_id}" if self.sequence is None else f"{self.session_id} event {self.sequence}"
        return f"{where}: {self.code}: {self.sentence}"


def check(session: Session, *, read: Callable[[str], bytes] = snapshots.read) -> Iterator[Finding]:
    """Everything that is not as it was written, in the order of the log. ``read`` gives a picture by its name in the
    storage, for who needs the pictures as well.

    A session that is running may grow meanwhile: what is checked is the log up to the head as it is now.
    """
    try:
        session.refresh_from_db(fields=HEAD)
    except Session.DoesNotExist:
        return  # a practice run that has just ended
    expected, previous_hash = 1, ""
    purged_pictures = _purged(session, PurgeRecord.What.PICTURES).exists()
    events = Event.objects.filter(session=session, sequence__lte=session.event_count)
    for event in events.order_by("sequence").iterator():
        for code, sentence in _check_event(event, expected=expected, previous_hash=previous_hash):
            yield Finding(session.pk, event.sequence, code, sentence)
        for code, sentence in _check_picture(event, read, purged=purged_pictures):
            yield Finding(session.pk, event.sequence, code, sentence)
        expected, previous_hash = event.sequence + 1, event.hash
    for code, sentence in _check_end(session, last=expected - 1, head=previous_hash):
        yield Finding(session.pk, None, code, sentence)


def _check_event(event: Event, *, expected: int, previous_hash: str) -> Iterator[tuple[str, str]]:
    if event.sequence != expected:
        missing = (
            f"event {expected}" if event.sequence == expected + 1 else f"events {expected} to {event.sequence - 1}"
        )
        yield "missing_event", f"Before it, {missing} should stand."
    elif event.previous_hash != previous_hash:
        yield "broken_link", "It does not follow from the event before it: one of the two was changed or moved."
    if chain.digest(event) != event.hash:
        yield "changed_event", f"{event.name} is not what was written: its content does not match its hash."


def _check_picture(event: Event, read: Callable[[str], bytes], *, purged: bool) -> Iterator[tuple[str, str]]:
    if not event.snapshot:
        return
    if event.snapshot_deleted_at is not None:
        if not purged:
            yield "unrecorded_deletion", f"{event.snapshot} is marked as deleted, but no purge recorded it."
        return
    try:
        found = hashlib.sha256(read(event.snapshot)).hexdigest()
    except FileNotFoundError:
        yield "missing_picture", f"{event.snapshot} is missing, and no purge deleted it."
        return
    except OSError as error:
        yield "unreadable_picture", f"{event.snapshot} could not be read: {error.strerror or type(error).__name__}."
        return
    if found != event.snapshot_sha256:
        yield "changed_picture", f"{event.snapshot} is not the picture that was written."


def _check_end(session: Session, *, last: int, head: str) -> Iterator[tuple[str, str]]:
    if last == 0 and session.event_count > 0:
        if not _purged(session, PurgeRecord.What.EVENTS).filter(chain_head=session.chain_head).exists():
            yield "missing_log", f"All {session.event_count} events are missing, and no purge deleted them."
    elif last < session.event_count:
        yield "missing_end", f"Events {last + 1} to {session.event_count} are missing at the end."
    elif head != session.chain_head:
        yield "changed_head", "The last event is not the one the session names as its last."
    yield from _check_beyond(session)


def _check_beyond(session: Session) -> Iterator[tuple[str, str]]:
    """Events after the head: written since it was read, or by somebody who left the head as it was."""
    beyond = Event.objects.filter(session=session, sequence__gt=session.event_count).order_by("-sequence").first()
    if beyond is None:
        return
    session.refresh_from_db(fields=HEAD)
    if beyond.sequence > session.event_count:
        yield (
            "added_event",
            f"{session.event_count} events were written, but the last one here is number {beyond.sequence}.",
        )


def _purged(session: Session, what: PurgeRecord.What) -> QuerySet[PurgeRecord]:
    return PurgeRecord.objects.filter(session_id_text=str(session.pk), what=what)
