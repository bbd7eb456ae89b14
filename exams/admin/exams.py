"""Exams and who is enrolled, in the admin."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import transaction
from django.db.models import Count, Exists, Field, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.forms import PaginationInlineFormSet

from exams.admin.base import exam_url
from exams.admin.exam_pages import action_page, duplicate_page, exam_context, revise_exam
from exams.admin.paper import questions_page
from exams.admin.preview import preview_marks, preview_page
from exams.admin.question_files import urls as question_file_urls
from exams.admin.question_forms import trim
from exams.admin.results import urls as results_urls
from exams.errors import WrongState
from exams.models import Attempt, Enrolment, Exam
from exams.roles import EDITORS, institution_ids
from exams.scoped_admin import ScopedModelAdmin, ScopedTabularInline
from exams.services import draft_of
from exams.services.enrolling import refuse_begun
from exams.services.exam_rules import delete_exam, fixed_settings, why_kept

# How a state looks: see .pv-badge.
TONES = {Exam.State.DRAFT: "warn", Exam.State.PUBLISHED: "good", Exam.State.CLOSED: "info"}


class Enrolments(PaginationInlineFormSet):
    """Nobody who has begun is taken off. The admin saves within one transaction, so what is checked here still holds
    when the rows go."""

    def clean(self) -> None:
        super().clean()
        try:
            refuse_begun([form.instance for form in self.deleted_forms if form.instance.pk])
        except WrongState as error:
            raise forms.ValidationError(error.message) from None


class EnrolmentInline(ScopedTabularInline):
    """Who is there is named and can be removed before they begin; a row is never turned into somebody else's."""

    model = Enrolment
    formset = Enrolments
    edit_roles = delete_roles = EDITORS
    fields = ("candidate", "name", "begun")
    readonly_fields = ("name", "begun")
    autocomplete_fields = ("candidate",)
    verbose_name = "candidate"
    verbose_name_plural = "enrolled candidates"
    per_page = 25
    hide_title = True

    @admin.display(description="Name")
    def name(self, enrolment: Enrolment) -> str:
        return enrolment.candidate.display_name if enrolment.pk else ""

    @admin.display(description="State")
    def begun(self, enrolment: Any) -> str:
        if getattr(enrolment, "goes_on", False):
            return "Has begun"
        return "Has handed in" if getattr(enrolment, "has_begun", False) else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrolment]:
        attempts = Attempt.objects.filter(exam=OuterRef("exam"), candidate=OuterRef("candidate"))
        running = attempts.filter(state=Attempt.State.RUNNING)
        rows: QuerySet[Enrolment] = super().get_queryset(request)
        rows = rows.annotate(has_begun=Exists(attempts), goes_on=Exists(running))
        return rows.select_related("candidate", "exam").order_by("candidate__last_name", "candidate__first_name", "pk")

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        # People are added and changed on their own pages.
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            for link in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{link}_related", False)
        return field

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and not _archived(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _archived(obj)


def _archived(exam: Exam | None) -> bool:
    return exam is not None and exam.state == Exam.State.ARCHIVED


class ExamForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Exam
        fields = ("institution", "title")
        labels = {"duration_minutes": "Duration (minutes)"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trim(self.initial)


@admin.register(Exam)
class ExamAdmin(ScopedModelAdmin):
    """The state is no field: it changes by steps, each on a page of its own that says what follows."""

    form = ExamForm
    edit_roles = delete_roles = EDITORS
    list_display = ("title", "institution", "state_badge", "opens_at", "closes_at", "candidate_count")
    nothing_yet = "Start with a title and the time it takes; questions and candidates follow."
    list_filter = (("state", ChoicesDropdownFilter),)
    list_select_related = ("institution",)
    search_fields = ("title",)
    inlines = (EnrolmentInline,)
    fieldsets = (
        (None, {"fields": ("institution", "title", "instructions")}),
        ("Window and time", {"fields": ("opens_at", "closes_at", "duration_minutes", "attempts_allowed", "counting")}),
        ("Order", {"fields": ("shuffle_questions", "shuffle_options")}),
        ("Marks and results", {"fields": ("passing_percent", "anonymous_marking", "afterwards")}),
    )
    change_form_template = "exams_admin/exam_form.html"
    delete_confirmation_template = "exams_admin/delete_confirmation.html"
    delete_selected_confirmation_template = "exams_admin/delete_selected_confirmation.html"
    warn_unsaved_form = True

    # ---- the list ----

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exam]:
        exams: QuerySet[Exam] = super().get_queryset(request)
        return exams.annotate(candidate_number=Count("enrolments"))

    @admin.display(description="Candidates", ordering="candidate_number")
    def candidate_count(self, exam: Any) -> int:
        return int(exam.candidate_number)

    @admin.display(description="State", ordering="state")
    def state_badge(self, exam: Exam) -> str:
        tone = TONES.get(Exam.State(exam.state), "")
        return format_html('<span class="pv-badge" data-tone="{}">{}</span>', tone, exam.get_state_display())

    # ---- the form ----

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        places = institution_ids(request, self.edit_roles)
        only = {"institution": places[0]} if len(places) == 1 else {}
        return {**only, **super().get_changeform_initial_data(request)}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What would change the paper of those who have begun, or whose exam it is, stays as it is."""
        return () if obj is None else ("institution", *sorted(fixed_settings(obj)))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _archived(obj)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        exam = self.get_object(request, object_id)
        more = {"show_save_and_add_another": False} | (extra_context or {})
        if exam is not None and self._may(request, self.edit_roles, exam):
            more |= exam_context(exam)
            if why_kept(exam):
                more["show_delete"] = False
        answer: HttpResponse = super().change_view(request, object_id, form_url, more)
        return answer

    def save_model(self, request: HttpRequest, obj: Exam, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            draft_of(obj)

    def response_post_save_add(self, request: HttpRequest, obj: Exam) -> HttpResponse:
        """On to its questions, which are linked from its page."""
        return HttpResponseRedirect(exam_url(obj))

    def response_post_save_change(self, request: HttpRequest, obj: Exam) -> HttpResponse:
        return HttpResponseRedirect(exam_url(obj))

    # ---- deleting ----

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        exams = list(objs)
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        reasons = [reason for exam in exams if (reason := why_kept(exam))]
        if all(self._may(request, self.delete_roles, exam) for exam in exams):
            # Parts of an exam have no deletion of their own once they were published; the exam takes them along.
            lacking = {name for name in lacking if name not in {"section", "pool", "question"}}
        return deleted, counts, lacking, [*reasons, *protected]

    def delete_model(self, request: HttpRequest, obj: Exam) -> None:
        delete_exam(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Exam]) -> None:
        with transaction.atomic():
            for exam in queryset:
                delete_exam(exam)

    # ---- the pages around it ----

    def get_urls(self) -> list[URLPattern]:
        def page(view: Any) -> Any:
            return self.admin_site.admin_view(view)

        site = self.admin_site
        return [
            path("<int:exam_id>/questions/", page(partial(questions_page, site=site)), name="exams_exam_questions"),
            path("<int:exam_id>/preview/", page(preview_page), name="exams_exam_preview"),
            path("<int:exam_id>/preview/marks/", page(preview_marks), name="exams_exam_preview_marks"),
            path("<int:exam_id>/do/<slug:name>/", page(partial(action_page, site=site)), name="exams_exam_do"),
            path("<int:exam_id>/revise/", page(revise_exam), name="exams_exam_revise"),
            path("<int:exam_id>/duplicate/", page(partial(duplicate_page, site=site)), name="exams_exam_duplicate"),
            *question_file_urls(site),
            *results_urls(site),
            *super().get_urls(),
        ]
