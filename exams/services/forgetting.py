"""Deleting what a candidate wrote, once the time it is kept for is over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from exams.models import Answer, Attempt, Mark, MarkChange


@transaction.atomic
def forget_answers(*, attempt: Attempt, at: datetime) -> int:
    """Delete the attempt's answers, all revisions, and what markers wrote about them; how many answers there were.

    Points and score stay: they are the result of the exam, and are never worked out again without the answers. So does
    the receipt's code, without what could tell from it what the answers were.
    """
    attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
    count = Answer.objects.filter(attempt=attempt).count()
    Answer.objects.filter(attempt=attempt).delete()
    Mark.objects.filter(attempt=attempt).update(comment="")
    MarkChange.objects.filter(mark__attempt=attempt).update(comment="")
    if attempt.answers_deleted_at is None:
        attempt.answers_deleted_at = at
    attempt.receipt_salt = ""
    attempt.save(update_fields=["answers_deleted_at", "receipt_salt"])
    return count
