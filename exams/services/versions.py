"""Versions of an exam's questions: one draft at a time, and those that were published, which never change."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from exams.models import Exam, ExamVersion, Section


@transaction.atomic
def draft_of(exam: Exam) -> ExamVersion:
    """The version authors work on, made with one empty section when there is none."""
    Exam.objects.select_for_update().get(pk=exam.pk)
    draft = exam.versions.filter(frozen_at__isnull=True).first()
    if draft is not None:
        return draft
    newest: int | None = exam.versions.aggregate(newest=Max("number"))["newest"]
    draft = ExamVersion.objects.create(exam=exam, number=(newest or 0) + 1)
    Section.objects.create(version=draft)
    return draft


def freeze(version: ExamVersion) -> ExamVersion:
    """From now on its questions stay as they are; freezing again changes nothing."""
    if version.frozen_at is None:
        version.frozen_at = timezone.now()
        version.save(update_fields=["frozen_at"])
    return version
