"""Attempts that nobody else can change before the transaction ends."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from exams import signals
from exams.models import Attempt


def rows() -> QuerySet[Attempt]:
    return Attempt.objects.select_for_update(of=("self",)).select_related("exam")


def locked(attempt: Attempt) -> Attempt:
    """A fresh copy."""
    return rows().get(pk=attempt.pk)


def locked_with_records(attempt_ids: Sequence[UUID]) -> list[Attempt]:
    """Fresh copies, after whatever others keep beside them (``exams.signals``); always in one order."""
    signals.locking.send(Attempt, attempt_ids=list(attempt_ids))
    return list(rows().filter(pk__in=attempt_ids).order_by("pk"))


def locked_with_record(attempt: Attempt) -> Attempt:
    """Raises Attempt.DoesNotExist when it is gone."""
    found = locked_with_records([attempt.pk])
    if not found:
        raise Attempt.DoesNotExist
    return found[0]
