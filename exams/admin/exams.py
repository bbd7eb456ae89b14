"""Exams and who is enrolled, in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from exams.models import Enrolment, Exam
from exams.scoped_admin import EDITORS, ScopedModelAdmin, ScopedTabularInline, institution_ids


class EnrolmentInline(ScopedTabularInline):
    model = Enrolment
    edit_roles = delete_roles = EDITORS
    autocomplete_fields = ("candidate",)
    verbose_name_plural = "enrolled candidates"
    per_page = 25


@admin.register(Exam)
class ExamAdmin(ScopedModelAdmin):
    edit_roles = delete_roles = EDITORS
    list_display = ("title", "institution", "state", "opens_at", "closes_at", "candidate_count")
    list_filter = (("state", ChoicesDropdownFilter),)
    list_select_related = ("institution",)
    search_fields = ("title",)
    fields = ("institution", "title", "instructions", "state", "opens_at", "closes_at", "duration_minutes")
    inlines = (EnrolmentInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exam]:
        exams: QuerySet[Exam] = super().get_queryset(request)
        return exams.annotate(candidate_number=Count("enrolments"))

    @admin.display(description="Candidates", ordering="candidate_number")
    def candidate_count(self, exam: Any) -> int:
        return int(exam.candidate_number)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        places = institution_ids(request, self.edit_roles)
        only = {"institution": places[0]} if len(places) == 1 else {}
        return {**only, **super().get_changeform_initial_data(request)}
