"""What the pages for authors share: whose exams they reach, and that published questions are only looked at."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from exams import authored
from exams.errors import VersionFrozen
from exams.models import Exam, ExamVersion, User
from exams.roles import EDITORS
from exams.scoped_admin import ScopedModelAdmin
from exams.services import hold_draft


def exam_or_404(request: HttpRequest, exam_id: int) -> Exam:
    """An exam whose questions the person may read and write; others do not exist."""
    try:
        return authored.exam_to_author(request.user, exam_id)
    except Exam.DoesNotExist:
        raise Http404("There is no such exam, or you may not see its questions.") from None


def who(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the admin is closed to everybody else
    return request.user


def exam_url(exam: Exam) -> str:
    return reverse("admin:exams_exam_change", args=[exam.pk])


def questions_url(version: ExamVersion, anchor: str = "") -> str:
    """The page of a version's questions; the newest has the plain address."""
    return f"{reverse('admin:exams_exam_questions', args=[version.exam_id])}?version={version.number}{anchor}"


class PartAdmin(ScopedModelAdmin):
    """Sections, pools and questions: parts of a version. Once it is published they are read, and nothing else."""

    view_roles = edit_roles = delete_roles = EDITORS
    delete_confirmation_template = "exams_admin/delete_confirmation.html"
    delete_selected_confirmation_template = "exams_admin/delete_selected_confirmation.html"

    def version_of(self, part: Any) -> ExamVersion:
        version: ExamVersion = part.section.version
        return version

    def anchor_of(self, part: Any) -> str:
        return ""

    def page_of(self, part: Any) -> str:
        return questions_url(self.version_of(part), self.anchor_of(part))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or not self.version_of(obj).frozen)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Somebody may publish the questions while a form of theirs is open: what is sent then is refused in words."""
        try:
            if request.method == "POST" and object_id:
                self._refuse_frozen(request, object_id)
            return super().changeform_view(request, object_id, form_url, {"show_delete": False} | (extra_context or {}))
        except VersionFrozen as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(request.get_full_path())

    def _refuse_frozen(self, request: HttpRequest, object_id: str) -> None:
        part = self.get_object(request, object_id)
        if part is not None and self.version_of(part).frozen and self._may(request, self.edit_roles, part):
            raise VersionFrozen

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        parts = list(objs)
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        reasons = [reason for part in parts if (reason := self.why_kept(part))]
        return deleted, counts, lacking, [*reasons, *protected]

    def why_kept(self, part: Any) -> str:
        """Why the part cannot be deleted, in a sentence; empty when it can."""
        version = self.version_of(part)
        if not version.frozen:
            return ""
        return f"“{part}” was published in version {version.number}, and published questions stay as they are."

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        hold_draft(self.version_of(obj).pk)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for pk in {self.version_of(part).pk for part in queryset}:
            hold_draft(pk)
        super().delete_queryset(request, queryset)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        part = self.get_object(request, object_id)
        page = None if part is None else questions_url(self.version_of(part))
        answer: HttpResponse = super().delete_view(request, object_id, {"back_url": page} | (extra_context or {}))
        # Back to the exam's questions rather than to the list of everybody's.
        return HttpResponseRedirect(page) if page and answer.status_code == 302 else answer

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(self.page_of(obj))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return HttpResponseRedirect(self.page_of(obj))
