"""The last line of defence of published questions: no row of theirs is saved or deleted, whichever way it is tried.

New rows are refused where they are written (``services.hold_draft``). A deleted exam takes its questions along.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.db.models.signals import pre_delete, pre_save
from django.dispatch import receiver

from exams.errors import VersionFrozen
from exams.models import Choice, Exam, ExamVersion, Pool, Question, Section

# How a version is found from what belongs to it.
_FROM_VERSION: dict[type[Model], str] = {
    ExamVersion: "pk",
    Section: "sections",
    Pool: "sections__pools",
    Question: "sections__questions",
    Choice: "sections__questions__choices",
}


def is_frozen(row: Model) -> bool:
    frozen = ExamVersion.objects.filter(frozen_at__isnull=False)
    return frozen.filter(**{_FROM_VERSION[type(row)]: row.pk}).exists()


@receiver(pre_save, sender=Section, dispatch_uid="frozen_section")
@receiver(pre_save, sender=Pool, dispatch_uid="frozen_pool")
@receiver(pre_save, sender=Question, dispatch_uid="frozen_question")
@receiver(pre_save, sender=Choice, dispatch_uid="frozen_choice")
def refuse_change(instance: Model, raw: bool = False, **_: Any) -> None:
    if not raw and not instance._state.adding and is_frozen(instance):
        raise VersionFrozen


@receiver(pre_delete, sender=ExamVersion, dispatch_uid="frozen_version_deleted")
@receiver(pre_delete, sender=Section, dispatch_uid="frozen_section_deleted")
@receiver(pre_delete, sender=Pool, dispatch_uid="frozen_pool_deleted")
@receiver(pre_delete, sender=Question, dispatch_uid="frozen_question_deleted")
@receiver(pre_delete, sender=Choice, dispatch_uid="frozen_choice_deleted")
def refuse_deletion(instance: Model, origin: Any = None, **_: Any) -> None:
    whole_exam = isinstance(origin, Exam) or getattr(origin, "model", None) is Exam
    if not whole_exam and is_frozen(instance):
        raise VersionFrozen
