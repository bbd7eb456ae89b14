"""Granting accommodations and taking them back. A grant is never changed or deleted: what held when stays on record."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from exams import selectors, signals
from exams.errors import InvalidAccommodation, NotAllowed
from exams.models import Accommodation, Attempt, User
from exams.services.locking import locked_with_record
from exams.services.time import give_granted_time

Beside = Callable[[Accommodation], object]


@transaction.atomic
def grant(*, by: User, accommodation: Accommodation, beside: Beside | None = None) -> Accommodation:
    """Save a new accommodation. Attempts that run get the time that it brings at once.

    ``beside`` saves what others keep with it, before anything of it acts. Raises NotAllowed, or InvalidAccommodation
    with the field that is wrong.
    """
    _save(by, accommodation, beside)
    _apply(accommodation, by, "granted")
    return accommodation


@transaction.atomic
def change(
    *, by: User, accommodation: Accommodation, wanted: Accommodation, beside: Beside | None = None
) -> Accommodation:
    """Revoke one and grant another in its place, in one step: nobody goes without in between. Raises as ``grant``."""
    if (wanted.institution_id, wanted.candidate_id) != (accommodation.institution_id, accommodation.candidate_id):
        raise InvalidAccommodation("What takes its place is for the same candidate at the same institution.")
    if not _end(by, accommodation):
        raise InvalidAccommodation("This was revoked already. Grant a new one.")
    _save(by, wanted, beside)
    _apply(wanted, by, "changed")
    return wanted


@transaction.atomic
def revoke(*, by: User, accommodation: Accommodation) -> Accommodation:
    """From now on it counts for nothing; time that a running attempt was given stays given. Again changes nothing."""
    if _end(by, accommodation):
        _apply(accommodation, by, "revoked")
    return accommodation


def _save(by: User, accommodation: Accommodation, beside: Beside | None) -> None:
    if not accommodation._state.adding:
        raise InvalidAccommodation("What was granted stays as it is. Revoke it and grant another.")
    if not selectors.may_grant(by, accommodation.institution_id):
        raise NotAllowed("Only administrators and authors of the institution may grant this.")
    check(accommodation)
    accommodation.granted_by, accommodation.granted_at = by, timezone.now()
    accommodation.save()
    if beside is not None:
        beside(accommodation)


def _end(by: User, accommodation: Accommodation) -> bool:
    """Whether it was not over already."""
    if not selectors.may_grant(by, accommodation.institution_id):
        raise NotAllowed("Only administrators and authors of the institution may revoke this.")
    held = Accommodation.objects.select_for_update(of=("self",)).get(pk=accommodation.pk)
    active = held.revoked_at is None
    if active:
        held.revoked_at, held.revoked_by = timezone.now(), by
        held.save(update_fields=["revoked_at", "revoked_by"])
    accommodation.revoked_at, accommodation.revoked_by = held.revoked_at, held.revoked_by
    return active


def check(accommodation: Accommodation) -> None:
    """Raises InvalidAccommodation, with the field that is wrong, for one that cannot be granted."""
    exam = accommodation.exam
    if exam is not None and exam.institution_id != accommodation.institution_id:
        raise InvalidAccommodation("This exam belongs to another institution.", field="exam")
    if not selectors.candidates_of(accommodation.institution_id).filter(pk=accommodation.candidate_id).exists():
        raise InvalidAccommodation("This person is no candidate of the institution.", field="candidate")
    if not accommodation.reason.strip():
        raise InvalidAccommodation("Say why it is granted. Proctors and reviewers do not see it.", field="reason")


def _apply(accommodation: Accommodation, by: User, what: str) -> None:
    signals.accommodation_changed.send(Accommodation, accommodation=accommodation, by=by, what=what)
    exams = Q(exam__institution=accommodation.institution_id)
    if accommodation.exam_id is not None:
        exams = Q(exam=accommodation.exam_id)
    running = Attempt.objects.filter(
        exams, candidate=accommodation.candidate_id, state=Attempt.State.RUNNING, started_at__isnull=False
    )
    for attempt in running:
        attempt = locked_with_record(attempt)
        if attempt.state != Attempt.State.RUNNING:
            continue
        change = give_granted_time(attempt, timezone.now(), by=by)
        attempt.save(update_fields=["deadline"])
        signals.time_changed.send(Attempt, attempt=attempt, change=change)
