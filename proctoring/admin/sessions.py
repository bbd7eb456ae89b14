"""The list of sessions, and the addresses of the session page and the wall."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeNumericFilter
from unfold.decorators import display as label_display

from proctoring import attention, selectors
from proctoring.admin.base import RecordAdmin
from proctoring.admin.exports import ask_for_report
from proctoring.admin.filters import DayRangeFilter, ExamFilter, LookFilter, ReviewFilter, StatementFilter
from proctoring.admin.review import finish_review, give_verdict
from proctoring.admin.session_page import change_session_time, session_gap, session_page, stop_session
from proctoring.admin.wall import wall_gap, wall_page
from proctoring.models import Session, SessionReview, Statement


@admin.register(Session)
class SessionAdmin(RecordAdmin):
    institution_path = "exam__institution"
    list_display = (
        "candidate_name", "exam_link", "state_label", "risk_total", "event_number", "needs_look", "statement",
        "review_outcome", "began", "ended_at", "ended_by",
    )  # fmt: skip
    list_display_links = ("candidate_name",)
    nothing_yet = "A session begins when a candidate agrees to be watched and goes on to the system check."
    list_filter = (
        ExamFilter,
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        LookFilter,
        ReviewFilter,
        StatementFilter,
        ("risk_total", RangeNumericFilter),
        ("created_at", DayRangeFilter),
    )
    search_fields = ("candidate__username", "candidate__first_name", "candidate__last_name", "exam__title")
    search_help_text = "Search by candidate or exam"
    list_select_related = ("candidate", "exam__institution")
    list_per_page = 50
    # By the time in the column “Began”; what has not begun, by when its check began.
    ordering = (Coalesce("started_at", "created_at").desc(), "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        sessions = selectors.visible_sessions(request.user).order_by(*self.ordering)
        said, unread = Statement.objects.filter(session=OuterRef("pk")), selectors.unread_statements()
        sessions = sessions.annotate(said=Exists(said), unread=Exists(unread))
        return attention.with_looks(attention.with_review(sessions))

    @admin.display(description="Needs a look", empty_value="–")
    def needs_look(self, session: Any) -> str | None:
        number = session.events_to_look_at
        if number:
            return f"{number} event{'' if number == 1 else 's'}"
        # Somebody confirmed an event; what that comes to is said when the session has ended.
        return "Its review" if session.needs_look and session.state == Session.State.ENDED else None

    @admin.display(description="Began", ordering="started_at", empty_value="–")
    def began(self, session: Session) -> datetime | None:
        return session.started_at

    @admin.display(description="Review", empty_value="–")
    def review_outcome(self, session: Any) -> str | None:
        found = session.newest_review
        return None if found is None else SessionReview.Outcome(found).label

    @admin.display(description="Statement", empty_value="–")
    def statement(self, session: Any) -> str | None:
        """“New”: nobody has reviewed the session since."""
        return ("New" if session.unread else "Yes") if session.said else None

    @admin.display(description="Candidate", ordering="candidate__last_name")
    def candidate_name(self, session: Session) -> str:
        return session.candidate.display_name

    @admin.display(description="Exam", ordering="exam__title")
    def exam_link(self, session: Session) -> str:
        if session.exam is None:
            return session.get_kind_display()
        url = reverse("admin:exams_exam_change", args=[session.exam_id])
        return format_html('<a class="pv-link" href="{}">{}</a>', url, session.exam.title)

    @label_display(  # type: ignore[untyped-decorator]
        description="State", ordering="state", label={"Live": "success", "System check": "info"}
    )
    def state_label(self, session: Session) -> str:
        return session.get_state_display()

    @admin.display(description="Events", ordering="event_count")
    def event_number(self, session: Session) -> str:
        url = reverse("admin:proctoring_session_change", args=[session.pk])
        return format_html('<a class="pv-link" href="{}#timeline">{}</a>', url, session.event_count)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("wall/<int:exam_id>/", view(self.wall_view), name="proctoring_wall"),
            path("wall/<int:exam_id>/events.json", view(wall_gap), name="proctoring_wall_events"),
            path("<uuid:session_id>/events.json", view(session_gap), name="proctoring_session_events"),
            path(
                "<uuid:session_id>/events/<int:event_id>/verdict/",
                view(give_verdict),
                name="proctoring_session_verdict",
            ),
            path("<uuid:session_id>/review/", view(finish_review), name="proctoring_session_review"),
            path("<uuid:session_id>/stop/", view(self.stop_view), name="proctoring_session_stop"),
            path("<uuid:session_id>/report/", view(ask_for_report), name="proctoring_session_report"),
            path("<uuid:session_id>/time/", view(self.time_view), name="proctoring_session_time"),
            *super().get_urls(),
        ]

    def wall_view(self, request: HttpRequest, exam_id: int) -> HttpResponse:
        return wall_page(request, exam_id, site=self.admin_site)

    def stop_view(self, request: HttpRequest, session_id: UUID) -> HttpResponse:
        return stop_session(request, str(session_id), site=self.admin_site)

    def time_view(self, request: HttpRequest, session_id: UUID) -> HttpResponse:
        return change_session_time(request, str(session_id), site=self.admin_site)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return session_page(request, object_id, site=self.admin_site)
