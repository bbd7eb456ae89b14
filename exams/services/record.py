"""Who did what with an exam, and when: the history its page in the admin shows."""

from __future__ import annotations

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from exams.models import Exam, User


def record(exam: Exam, by: User | None, sentence: str) -> None:
    """Nothing is recorded where no person did it (a command on the server)."""
    if by is None:
        return
    LogEntry.objects.create(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(Exam),
        object_id=str(exam.pk),
        object_repr=str(exam)[:200],
        action_flag=CHANGE,
        change_message=sentence,
    )
