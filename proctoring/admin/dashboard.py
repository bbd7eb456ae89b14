"""The admin's first page: exams with somebody under watch now, each with the way to its wall."""

from __future__ import annotations

from typing import Any, TypedDict

from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from exams import timing
from exams.models import Exam
from proctoring import selectors
from proctoring.admin.status import NAMES, detectors
from proctoring.models import Session


class ExamNow(TypedDict):
    exam: Exam
    watched: int
    lost: int
    highest: int


def exams_now(user: Any) -> list[ExamNow]:
    """Exams that somebody sits now, the riskiest first."""
    open_sessions = selectors.is_sat_now(prefix="proctoring_sessions__")
    on_break = Session.objects.filter(attempt__in=timing.open_breaks(timezone.now()).values("attempt"))
    exams: QuerySet[Any] = (
        selectors.visible_exams(user)
        .select_related("institution")
        .annotate(
            watched=Count("proctoring_sessions", filter=open_sessions, distinct=True),
            lost=Count(
                "proctoring_sessions",
                filter=Q(proctoring_sessions__state=Session.State.LIVE, proctoring_sessions__connected=False)
                & ~Q(proctoring_sessions__in=on_break),
                distinct=True,
            ),
            highest=Max("proctoring_sessions__risk_total", filter=open_sessions),
        )
        .filter(watched__gt=0)
        .order_by("-highest", "title")
    )
    return [ExamNow(exam=exam, watched=exam.watched, lost=exam.lost, highest=exam.highest or 0) for exam in exams]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    return context | {
        "title": "Live now",
        "exams_now": exams_now(request.user),
        "detectors": [(NAMES.get(status.name, status.name), status) for status in detectors()],
        "recent_sessions": selectors.visible_sessions(request.user).filter(state=Session.State.ENDED)[:5],
    }
