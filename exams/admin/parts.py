"""Sections and pools, added to and reached from the page of an exam's questions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from exams.admin.base import PartAdmin, exam_or_404, questions_url
from exams.models import ExamVersion, Pool, Section
from exams.scoped_admin import is_key
from exams.services import hold_draft
from exams.services.authoring import next_position


class PlacedPartAdmin(PartAdmin):
    """Where a new one goes is said by the address, and has to be a draft that the person may write."""

    parent_parameter = ""
    show_add_link = False  # a new one needs to know where it goes
    change_form_template = "exams_admin/part_form.html"

    def parent_for(self, request: HttpRequest, pk: int) -> Any:
        raise NotImplementedError

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is no list of everybody's sections: each stands on the page of its exam."""
        return HttpResponseRedirect(reverse("admin:exams_exam_changelist"))

    def parent(self, request: HttpRequest) -> Any:
        value = request.GET.get(self.parent_parameter, "")
        found = self.parent_for(request, int(value)) if is_key(value) else None
        if found is None:
            raise Http404(f"Nothing to add a {self.opts.verbose_name} to.")
        return found

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        part = kwargs.get("obj")
        version = self.version_of(part) if part else self.version_under(self.parent(request))
        context |= {"version": version, "back_url": questions_url(version)}
        return super().render_change_form(request, context, *args, **kwargs)

    def version_under(self, parent: Any) -> ExamVersion:
        version: ExamVersion = parent.version
        return version

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self.parent(request)
        answer: HttpResponse = super().add_view(
            request, form_url, {"show_save_and_add_another": False} | (extra_context or {})
        )
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        more = {"show_save_and_add_another": False} | (extra_context or {})
        answer: HttpResponse = super().change_view(request, object_id, form_url, more)
        return answer

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        hold_draft(self.version_of(obj).pk)
        super().save_model(request, obj, form, change)


@admin.register(Section)
class SectionAdmin(PlacedPartAdmin):
    institution_path = "version__exam__institution"
    fields = ("title", "text")
    parent_parameter = "version"

    def version_of(self, part: Any) -> ExamVersion:
        version: ExamVersion = part.version
        return version

    def anchor_of(self, part: Any) -> str:
        return f"#section-{part.pk}"

    def version_under(self, parent: Any) -> ExamVersion:
        version: ExamVersion = parent
        return version

    def parent_for(self, request: HttpRequest, pk: int) -> ExamVersion | None:
        version = ExamVersion.objects.filter(pk=pk, frozen_at__isnull=True).first()
        if version is not None:
            exam_or_404(request, version.exam_id)
        return version

    def save_model(self, request: HttpRequest, obj: Section, form: Any, change: bool) -> None:
        if not change:
            obj.version = self.parent(request)
            obj.position = next_position(obj.version.sections.all())
        super().save_model(request, obj, form, change)


@admin.register(Pool)
class PoolAdmin(PlacedPartAdmin):
    institution_path = "section__version__exam__institution"
    fields = ("name", "draw")
    parent_parameter = "section"

    def anchor_of(self, part: Any) -> str:
        return f"#section-{part.section_id}"

    def parent_for(self, request: HttpRequest, pk: int) -> Section | None:
        section = Section.objects.filter(pk=pk, version__frozen_at__isnull=True).select_related("version").first()
        if section is not None:
            exam_or_404(request, section.version.exam_id)
        return section

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The name is one of its section alone: said at the field, before the database says it less kindly."""
        form = super().get_form(request, obj, change=change, **kwargs)
        section = obj.section if obj else self.parent(request)

        class PoolForm(form):  # type: ignore[misc, valid-type]
            def clean_name(self) -> str:
                name: str = self.cleaned_data["name"]
                if section.pools.filter(name=name).exclude(pk=self.instance.pk).exists():
                    self.add_error("name", f"This section already has a pool called “{name}”.")
                return name

        return PoolForm

    def save_model(self, request: HttpRequest, obj: Pool, form: Any, change: bool) -> None:
        if not change:
            obj.section = self.parent(request)
        super().save_model(request, obj, form, change)
