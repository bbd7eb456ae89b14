"""The door to exams for those who write them; ``exams.selectors`` is that for everybody else."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, QuerySet

from exams.models import Exam, ExamVersion, Membership, QuestionImport, Role, User


def exam_to_author(user: User | AnonymousUser, exam_id: int) -> Exam:
    """Raises Exam.DoesNotExist unless the user writes exams at its institution, as if there were none."""
    if not isinstance(user, User) or not user.is_active:
        raise Exam.DoesNotExist
    exams = Exam.objects.select_related("institution")
    if not user.is_superuser:
        roles = [Role.ADMINISTRATOR, Role.AUTHOR]
        places = Membership.objects.filter(user=user, role__in=roles).values("institution")
        exams = exams.filter(institution__in=places)
    return exams.get(pk=exam_id)


def own_imports(user: User, exam: Exam) -> QuerySet[QuestionImport]:
    """Files of questions that the user uploaded for the exam; nobody sees others'. Whether the user writes that exam
    (still) is not asked here: ``exam_to_author`` says so."""
    return QuestionImport.objects.filter(exam=exam, by=user)


def versions_of(exam: Exam) -> list[ExamVersion]:
    """The newest first, each with ``attempt_count``."""
    return list(exam.versions.order_by("-number").annotate(attempt_count=Count("attempts")))
