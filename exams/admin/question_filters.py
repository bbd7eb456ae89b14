"""What the list of questions is narrowed by. Only exams the person may see are offered."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from exams.models import Exam, ExamVersion, Question
from exams.roles import EDITORS, institution_ids, is_superuser
from exams.scoped_admin import is_key

NEWEST, DRAFT, PUBLISHED, ALL = "newest", "draft", "published", "all"


class ExamOfQuestionFilter(DropdownFilter):
    title = "exam"
    parameter_name = "exam"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        exams = Exam.objects.all()
        if not is_superuser(request):
            exams = exams.filter(institution__in=institution_ids(request, EDITORS))
        return list(exams.values_list("pk", "title"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        value = self.value() or ""
        return queryset.filter(section__version__exam=int(value)) if is_key(value) else queryset


class VersionOfQuestionFilter(DropdownFilter):
    """An exam's newest version unless asked otherwise, so that no question stands there twice."""

    title = "version"
    parameter_name = "version"
    all_option = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [
            (NEWEST, "Newest of each exam"),
            (DRAFT, "Drafts"),
            (PUBLISHED, "What candidates get"),
            (ALL, "All versions"),
        ]

    def value(self) -> str:
        return super().value() or NEWEST

    def queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        versions = ExamVersion.objects.all()
        later = ExamVersion.objects.filter(exam=OuterRef("exam"), number__gt=OuterRef("number"))
        chosen = {
            NEWEST: versions.exclude(Exists(later)),
            DRAFT: versions.filter(frozen_at__isnull=True),
            PUBLISHED: versions.filter(frozen_at__isnull=False).exclude(Exists(later.filter(frozen_at__isnull=False))),
        }.get(self.value())
        return queryset if chosen is None else queryset.filter(section__version__in=chosen)
