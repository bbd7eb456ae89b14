"""Filters of the lists. They offer only what the person may see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter
from unfold.contrib.filters.forms import RangeDateForm
from unfold.utils import parse_date_str
from unfold.widgets import INPUT_CLASSES

from exams.scoped_admin import is_key
from proctoring import attention, selectors
from proctoring.models import Session, SessionReview
from proctoring.reports.record import event_title
from proctoring.risk.events import WARNINGS
from proctoring.risk.policy import DEFAULT_RULES
from proctoring.risk.sentences import SIGNALS

# Technical events that come neither from a rule nor from a browser's signal.
OTHERS = (
    "CONNECTION_LOST",
    "FRAMES_NOT_ANALYSED",
    "FRAME_REJECTED",
    "MESSAGE_REJECTED",
    "FLOOD",
    "REPLACED_CONNECTION",
    "DETECTOR_OFF",
    "FRAMES_MISSING",
    "PICTURE_FROZEN",
    "PICTURE_REPEATS",
    "CAMERA_IN_USE",
    "CAMERA_CHANGED",
    "VIRTUAL_CAMERA",
    "PHONE_AT_REST",
    "FACE_AT_REST",
    "SERVER_OVERLOADED",
    "STOPPED_BY_PROCTOR",
    "TIME_ADDED",
    "ATTEMPT_REOPENED",
    "BREAK_BEGAN",
    "BREAK_ENDED",
    "ACCOMMODATION_APPLIES",
    "ACCOMMODATION_CHANGED",
    "EVENT_CONFIRMED",
    "EVENT_DISMISSED",
    "VERDICT_TAKEN_BACK",
    "SESSION_REVIEWED",
    "CANDIDATE_STATEMENT",
)
EVENT_NAMES = tuple(dict.fromkeys((*DEFAULT_RULES, *WARNINGS, *(name for name, _ in SIGNALS.values()), *OTHERS)))


class ExamFilter(DropdownFilter):
    title = "exam"
    parameter_name = "exam"
    exam_path: ClassVar[str] = "exam"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[Any, str]]:
        exams = selectors.visible_exams(request.user)
        return list(exams.order_by("title").values_list("pk", "title"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        return queryset.filter(**{self.exam_path: int(value)}) if is_key(value) else queryset


class LookFilter(DropdownFilter):
    title = "needs a look"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[Any, str]]:
        return [("yes", "Needs a look"), ("ended", "Needs a look, and has ended")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value == "ended":
            queryset = queryset.filter(state=Session.State.ENDED)
        return attention.needing_look(queryset) if value in ("yes", "ended") else queryset


class EventLookFilter(DropdownFilter):
    title = "needs a look"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[Any, str]]:
        return [("yes", "Needs a look")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return attention.to_look_at(queryset) if self.value() == "yes" else queryset


class ReviewFilter(DropdownFilter):
    title = "review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[Any, str]]:
        return [("none", "Ended, not reviewed yet"), *SessionReview.Outcome.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value == "none":
            return queryset.filter(reviews__isnull=True, state=Session.State.ENDED)
        return queryset.filter(newest_review=value) if value in SessionReview.Outcome.values else queryset


class StatementFilter(DropdownFilter):
    """Reads what the list's rows carry."""

    title = "statement"
    parameter_name = "statement"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[Any, str]]:
        return [("any", "The candidate wrote one"), ("new", "Written since the newest review")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        name = {"any": "said", "new": "unread"}.get(self.value() or "")
        return queryset if name is None else queryset.filter(**{name: True})


class ExamOfEventFilter(ExamFilter):
    exam_path = "session__exam"


class EventNameFilter(DropdownFilter):
    title = "event"
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[Any, str]]:
        return [(name, event_title(name)) for name in EVENT_NAMES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(name=self.value()) if self.value() else queryset


class DayRangeForm(RangeDateForm):
    """Unfold's are fields of text, which say by nothing whether 03/04 is in March or in April."""

    class Media:
        extend = False

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(name, *args, **kwargs)
        for label, field in zip(("From", "To"), self.fields.values(), strict=True):
            field.label = label
            attrs = {"type": "date", "class": " ".join(INPUT_CLASSES)}
            field.widget = forms.DateInput(format="%Y-%m-%d", attrs=attrs)


class DayRangeFilter(RangeDateFilter):
    """Whole days of the institution's time zone, the last one included (Unfold's own compares with midnight UTC)."""

    form_class = DayRangeForm
    template = "proctoring_admin/day_range.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "day"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for end, lookup in (("from", "gte"), ("to", "lte")):
            day = parse_date_str(self.used_parameters.get(f"{self.parameter_name}_{end}") or "")
            if day is not None:
                queryset = queryset.filter(**{f"{self.parameter_name}__date__{lookup}": day})
        return queryset


class EventAgeFilter(DropdownFilter):
    """Events carry milliseconds since 1970, which no date filter reads."""

    title = "when"
    parameter_name = "when"
    hours: ClassVar[dict[str, int]] = {"hour": 1, "day": 24, "week": 168, "month": 720}

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[Any, str]]:
        return [
            ("hour", "In the last hour"),
            ("day", "In the last 24 hours"),
            ("week", "In the last 7 days"),
            ("month", "In the last 30 days"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        hours = self.hours.get(self.value() or "")
        if hours is None:
            return queryset
        since = timezone.now() - timedelta(hours=hours)
        return queryset.filter(unix_ms__gte=int(since.timestamp() * 1000))
