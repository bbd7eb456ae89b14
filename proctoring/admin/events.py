"""The list of events over all sessions. An event's own place is the timeline of its session."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeNumericFilter

from exams.scoped_admin import is_key
from proctoring import attention, selectors
from proctoring.admin.base import RecordAdmin
from proctoring.admin.filters import EventAgeFilter, EventLookFilter, EventNameFilter, ExamOfEventFilter
from proctoring.models import Event, EventVerdict
from proctoring.reports.record import event_title, zone_of


def _session_url(event: Event) -> str:
    return reverse("admin:proctoring_session_change", args=[event.session_id])


@admin.register(Event)
class EventAdmin(RecordAdmin):
    institution_path = "session__exam__institution"
    list_display = (
        "when", "title", "candidate_link", "exam_title", "sentence", "risk_delta", "risk_total", "ledger", "verdict",
    )  # fmt: skip
    nothing_yet = "What is noticed while candidates sit an exam under watch is written down here."
    list_display_links = ("when", "title")
    list_filter = (
        ExamOfEventFilter,
        EventNameFilter,
        ("ledger", ChoicesDropdownFilter),
        EventLookFilter,
        EventAgeFilter,
        ("risk_total", RangeNumericFilter),
    )
    search_fields = (
        "session__candidate__username",
        "session__candidate__first_name",
        "session__candidate__last_name",
        "session__exam__title",
        "sentence",
        "name",
    )
    search_help_text = "Search by candidate, exam or words of the event"
    list_per_page = 50
    ordering = ("-unix_ms", "-pk")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return attention.with_verdict(selectors.visible_events(request.user).order_by(*self.ordering))

    @admin.display(description="When", ordering="unix_ms")
    def when(self, event: Event) -> str:
        moment = datetime.fromtimestamp(event.unix_ms / 1000, tz=timezone.utc)
        return f"{moment.astimezone(zone_of(event.session)):%Y-%m-%d %H:%M:%S}"

    @admin.display(description="Event", ordering="name")
    def title(self, event: Event) -> str:
        return event_title(event.name)

    @admin.display(description="Verdict", empty_value="–")
    def verdict(self, event: Any) -> str | None:
        return EventVerdict.Verdict(event.verdict).label if event.verdict else None

    @admin.display(description="Candidate", ordering="session__candidate__last_name")
    def candidate_link(self, event: Event) -> str:
        name = event.session.candidate.display_name
        return format_html('<a class="pv-link" href="{}">{}</a>', _session_url(event), name)

    @admin.display(description="Exam", ordering="session__exam__title")
    def exam_title(self, event: Event) -> str:
        return str(event.session.exam or event.session.get_kind_display())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        events = selectors.visible_events(request.user)
        event = events.filter(pk=int(object_id)).first() if is_key(object_id) else None
        if event is None:
            raise Http404("There is no such event, or you may not see it.")
        return HttpResponseRedirect(f"{_session_url(event)}#event-{event.pk}")
