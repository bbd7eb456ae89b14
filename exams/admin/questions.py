"""Questions in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from exams.models import Choice, Exam, Question
from exams.scoped_admin import EDITORS, ScopedModelAdmin, ScopedTabularInline, institution_ids, is_key, is_superuser


class ExamOfQuestionFilter(DropdownFilter):
    """Only exams the person may see are offered."""

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


class ChoiceFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """A single-choice question can be answered: two choices or more, one of them right."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        right = [choice for choice in kept if choice.get("correct")]
        if self.instance.kind == Question.Kind.ESSAY and kept:
            raise ValidationError("An essay has no choices: delete them, or make the question single choice.")
        if self.instance.kind == Question.Kind.SINGLE_CHOICE and (len(kept) < 2 or len(right) != 1):
            raise ValidationError("Give at least two choices and mark exactly one of them as correct.")


class ChoiceInline(ScopedTabularInline):
    model = Choice
    formset = ChoiceFormSet
    view_roles = edit_roles = delete_roles = EDITORS
    institution_path = "section__version__exam__institution"
    fields = ("position", "text", "correct", "credit", "match")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 4 if obj is None else 0


@admin.register(Question)
class QuestionAdmin(ScopedModelAdmin):
    view_roles = edit_roles = delete_roles = EDITORS
    institution_path = "section__version__exam__institution"
    list_display = ("text_start", "exam", "position", "kind")
    list_filter = (ExamOfQuestionFilter, ("kind", ChoicesDropdownFilter))
    list_select_related = ("section__version__exam__institution",)
    search_fields = ("text", "section__version__exam__title")
    fields = ("section", "position", "kind", "text", "points", "penalty")
    inlines = (ChoiceInline,)

    @admin.display(description="Question")
    def text_start(self, question: Question) -> str:
        return question.text if len(question.text) <= 80 else f"{question.text[:79]}…"
