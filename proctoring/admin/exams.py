"""What the list of exams gains from the cameras: the way to the wall, to the policy and to exports of a whole exam."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from exams.admin.exams import ExamAdmin
from exams.models import Exam
from exams.roles import EDITORS, WATCHERS, has_role
from proctoring.admin.exports import exports_page
from proctoring.admin.policies import policy_address
from proctoring.models import Session

admin.site.unregister(Exam)


@admin.register(Exam)
class WatchedExamAdmin(ExamAdmin):
    """Columns only lead where the person may go: authors to the policy, those who watch to wall and exports."""

    def get_list_display(self, request: HttpRequest) -> Any:
        columns: tuple[str, ...] = tuple(self.list_display)
        if has_role(request, WATCHERS):
            columns = (*columns, "wall_link", "exports_link")
        if has_role(request, EDITORS):
            columns = (*columns, "policy_link")
        return columns

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exam]:
        is_open = Q(proctoring_sessions__state__in=[Session.State.CHECKING, Session.State.LIVE])
        watched = Count("proctoring_sessions", filter=is_open, distinct=True)
        exams = super().get_queryset(request).select_related("institution", "policy__preset")
        return exams.annotate(watched=watched, candidate_number=Count("enrolments", distinct=True))

    @admin.display(description="Wall")
    def wall_link(self, exam: Any) -> str:
        url = reverse("admin:proctoring_wall", args=[exam.pk])
        unwatched = hasattr(exam, "policy") and not exam.policy.watched
        text = f"{exam.watched} under watch" if exam.watched else "Not watched" if unwatched else "Nobody now"
        return format_html('<a class="pv-link" href="{}">{}</a>', url, text)

    @admin.display(description="Exports")
    def exports_link(self, exam: Exam) -> str:
        url = reverse("admin:proctoring_exports", args=[exam.pk])
        return format_html('<a class="pv-link" href="{}">Export</a>', url)

    @admin.display(description="Policy")
    def policy_link(self, exam: Any) -> str:
        policy = getattr(exam, "policy", None)
        text = "Standard" if policy is None else policy.preset.name if policy.preset is not None else "Own rules"
        return format_html('<a class="pv-link" href="{}">{}</a>', policy_address(exam), text)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.exports_view)
        return [path("<int:exam_id>/exports/", view, name="proctoring_exports"), *super().get_urls()]

    def exports_view(self, request: HttpRequest, exam_id: int) -> HttpResponse:
        return exports_page(request, exam_id, site=self.admin_site)
