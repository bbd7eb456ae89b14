"""The admin's first page: exams that somebody sits now, each with the way to its wall."""

from __future__ import annotations

from typing import Any, TypedDict

from django.db.models import Count, F, Max, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from exams import timing
from exams.models import Exam
from proctoring import attention, selectors
from proctoring.admin.status import NAMES, detectors
from proctoring.models import Event, Session

ENDED_LAST = 5


class ExamNow(TypedDict):
    exam: Exam
    watched: int
    unwatched: int
    lost: int
    highest: int
    to_look_at: int


def exams_now(user: Any) -> list[ExamNow]:
    """Exams that somebody sits now, watched or not, the riskiest first."""
    attempts = selectors.unwatched_attempts(user).order_by().values_list("exam").annotate(number=Count("pk"))
    unwatched: dict[int, int] = dict(attempts)
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
        .filter(Q(watched__gt=0) | Q(pk__in=unwatched))
        .order_by(F("highest").desc(nulls_last=True), "title")
    )
    looks = looks_by_exam(user)
    return [
        ExamNow(
            exam=exam,
            watched=exam.watched,
            unwatched=unwatched.get(exam.pk, 0),
            lost=exam.lost,
            highest=exam.highest or 0,
            to_look_at=looks.get(exam.pk, 0),
        )
        for exam in exams
    ]


def looks_by_exam(user: Any) -> dict[int, int]:
    """How many events of candidates who sit an exam now need a look."""
    now = selectors.visible_sessions(user).filter(selectors.is_sat_now(), exam__isnull=False)
    events = attention.to_look_at(Event.objects.filter(session__in=now.order_by().values("pk")))
    return dict(events.order_by().values_list("session__exam").annotate(number=Count("pk")))


def ended_last(ended: QuerySet[Session]) -> list[Any]:
    """Chosen before their events are counted, or a database that sorts last counts those of every session there is."""
    newest = list(ended.order_by("-ended_at", "pk").values_list("pk", flat=True)[:ENDED_LAST])
    return list(attention.with_looks(ended.filter(pk__in=newest)).order_by("-ended_at", "pk"))


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    ended = selectors.visible_sessions(request.user).filter(state=Session.State.ENDED)
    return context | {
        "title": "Live now",
        "exams_now": exams_now(request.user),
        "detectors": [(NAMES.get(status.name, status.name), status) for status in detectors()],
        "recent_sessions": ended_last(ended),
        "ended_to_look_at": attention.needing_look(ended).count(),
    }
