"""Questions in the admin: the list of them, and the form of each kind."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Field, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminTextareaWidget

from exams.admin.base import PartAdmin, exam_or_404, exam_url
from exams.admin.kinds import KIND_FORMS, fields_of, kind_named
from exams.admin.question_filters import ExamOfQuestionFilter, VersionOfQuestionFilter
from exams.admin.question_forms import ChoiceForm, ChoiceFormSet, QuestionForm
from exams.admin.question_pages import choose_kind_page, question_preview
from exams.item_of import item_of, trimmed
from exams.items import Kind
from exams.models import Choice, ExamVersion, Question
from exams.roles import EDITORS
from exams.scoped_admin import ScopedTabularInline, is_key
from exams.services.authoring import place_question
from exams.services.versions import existing_draft


class ChoiceInline(ScopedTabularInline):
    model = Choice
    form = ChoiceForm
    formset = ChoiceFormSet
    view_roles = edit_roles = delete_roles = EDITORS
    institution_path = "section__version__exam__institution"
    ordering_field = "position"  # rows are dragged, or numbered by keyboard
    hide_title = True
    labels: dict[str, str] = {}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and not _frozen(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _frozen(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _frozen(obj)

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        kind = kind_of(request, obj)
        return KIND_FORMS[kind].extra_choices if kind and (obj is None or kind != obj.kind) else 0

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in {"text", "match", "feedback"}:
            kwargs["widget"] = UnfoldAdminTextareaWidget(attrs={"rows": 1, "class": "au-grows"})
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and (label := self.labels.get(db_field.name)):
            field.label = label
            field.widget.attrs["aria-label"] = label
        return field


def _frozen(question: Question | None) -> bool:
    return question is not None and question.section.version.frozen


class OptionInline(ChoiceInline):
    verbose_name, verbose_name_plural = "option", "options"
    fields = ("position", "text", "correct", "credit", "feedback")
    labels = {"text": "Option", "correct": "Right", "credit": "Credit (%)", "feedback": "Remark"}


class AcceptedInline(ChoiceInline):
    verbose_name, verbose_name_plural = "accepted answer", "accepted answers (* stands for any text)"
    fields = ("position", "text", "credit", "feedback")
    labels = {"text": "Accepted answer", "credit": "Credit (%)", "feedback": "Remark"}


class PairInline(ChoiceInline):
    verbose_name, verbose_name_plural = "pair", "pairs (without a left side: a wrong match)"
    fields = ("position", "text", "match")
    labels = {"text": "Left", "match": "Its match, on the right"}


class OrderedInline(ChoiceInline):
    verbose_name, verbose_name_plural = "item", "items, in their right order"
    fields = ("position", "text")
    labels = {"text": "Item"}


INLINES: dict[Kind, type[ChoiceInline]] = {
    Kind.SINGLE_CHOICE: OptionInline,
    Kind.MULTIPLE_CHOICE: OptionInline,
    Kind.SHORT_TEXT: AcceptedInline,
    Kind.MATCHING: PairInline,
    Kind.ORDERING: OrderedInline,
}


def kind_of(request: HttpRequest, question: Question | None) -> Kind | None:
    """As the address says, by which a question is also made one of another kind; else as it is."""
    return kind_named(request.GET.get("kind", "")) or (None if question is None else Kind(question.kind))


@admin.register(Question)
class QuestionAdmin(PartAdmin):
    form = QuestionForm
    institution_path = "section__version__exam__institution"
    list_display = ("label", "exam", "version", "section_title", "kind", "points_shown")
    nothing_yet = "Questions are written on the page of their exam, or imported there from a file."
    list_display_links = ("label",)
    list_filter = (ExamOfQuestionFilter, VersionOfQuestionFilter, ("kind", ChoicesDropdownFilter))
    search_fields = ("name", "text", "section__version__exam__title")
    ordering = ("section__version__exam__title", "-section__version__number", "section__position", "position", "pk")
    change_form_template = "exams_admin/question_form.html"
    warn_unsaved_form = True

    # ---- the list ----

    @admin.display(description="Question", ordering="text")
    def label(self, question: Question) -> str:
        text = question.name or " ".join(question.text.split())
        return text if len(text) <= 80 else f"{text[:79]}…"

    @admin.display(description="Version")
    def version(self, question: Question) -> str:
        version = question.section.version
        return f"{version.number}" if version.frozen else f"{version.number} (draft)"

    @admin.display(description="Section")
    def section_title(self, question: Question) -> str:
        return f"{question.section}, {question.pool}" if question.pool else str(question.section)

    @admin.display(description="Points", ordering="points")
    def points_shown(self, question: Question) -> str:
        return str(trimmed(question.points))

    # ---- the form ----

    def anchor_of(self, part: Any) -> str:
        return f"#question-{part.pk}"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        kind = kind_of(request, obj)
        fields = fields_of(kind or Kind.ESSAY)
        where: tuple[str, ...] = ("place", "position", "name")
        if not self.has_change_permission(request, obj):
            where = ("section", "pool", "position", "name")
        asked = tuple(name for name in fields if name not in {"place", "position", "name"})
        return ((KIND_FORMS[kind or Kind.ESSAY].label, {"fields": asked}), ("Where it stands", {"fields": where}))

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Of a published question the choices are in its preview, which is all there is to do with them."""
        kind = kind_of(request, obj)
        return [INLINES[kind]] if kind in INLINES and not _frozen(obj) else []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.kind = kind_of(request, obj)
        form.version = obj.section.version if obj else self._draft(request)
        form.first_place = request.GET.get("place", "")
        return form

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.CharField) and isinstance(field.widget, forms.Textarea):
            field.widget.attrs |= {
                "rows": 6 if db_field.name == "text" else 3,
                "class": f"{field.widget.attrs.get('class', '')} au-text",
            }
        return field

    def _draft(self, request: HttpRequest) -> ExamVersion | None:
        """The draft that a new question goes to, as the address names its exam; None where there is none."""
        value = request.GET.get("exam", "")
        return existing_draft(exam_or_404(request, int(value))) if is_key(value) else None

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Where to and which kind come first; then the form has what that kind needs."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        value = request.GET.get("exam", "")
        if is_key(value) and self._draft(request) is None:
            exam = exam_or_404(request, int(value))
            messages.error(request, f"The questions of “{exam}” are published. Press “Change the questions” first.")
            return HttpResponseRedirect(exam_url(exam))
        if self._draft(request) is None or kind_of(request, None) is None:
            return choose_kind_page(request, self._draft(request), site=self.admin_site)
        answer: HttpResponse = super().add_view(request, form_url, extra_context)
        return answer

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        question: Question | None = kwargs.get("obj")
        kind = kind_of(request, question)
        context["kind"] = kind and KIND_FORMS[kind]
        context["version"] = question.section.version if question else self._draft(request)
        if question and not question.section.version.frozen:
            context["other_kinds"] = [(other.value, form.label) for other, form in KIND_FORMS.items() if other != kind]
        context["item"] = item_of(question) if question and kind == question.kind else None
        context["kind_value"] = kind and kind.value
        return super().render_change_form(request, context, *args, **kwargs)

    # ---- saving ----

    def save_model(self, request: HttpRequest, obj: Question, form: Any, change: bool) -> None:
        section, pool = form.chosen_place()
        place_question(obj, section=section, pool=pool, position=form.chosen_position())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.kind not in INLINES:
            form.instance.choices.all().delete()  # of the kind it was before

    def response_add(self, request: HttpRequest, obj: Question, post_url_continue: Any = None) -> HttpResponse:
        if "_addanother" in request.POST:
            place = f"p{obj.pool_id}" if obj.pool_id else f"s{obj.section_id}"
            query = urlencode({"exam": obj.section.version.exam_id, "kind": obj.kind, "place": place})
            messages.success(request, f"“{self.label(obj)}” was added. Here is the next one.")
            return HttpResponseRedirect(f"{reverse('admin:exams_question_add')}?{query}")
        answer: HttpResponse = super().response_add(request, obj, post_url_continue)
        return answer

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(question_preview)
        return [path("preview/", view, name="exams_question_preview"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        return super().get_queryset(request).select_related("section__version__exam__institution", "pool")
