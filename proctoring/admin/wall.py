"""The wall: everyone who sits an exam now, riskiest first. Tiles are filled by ``static/js/proctor/wall.js``."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from exams.scoped_admin import is_key
from proctoring import selectors
from proctoring.admin.base import exam_or_404
from proctoring.admin.live_data import looks_on_wall, wall_events


def wall_page(request: HttpRequest, exam_id: int, *, site: AdminSite) -> HttpResponse:
    exam = exam_or_404(request, exam_id)
    unwatched = selectors.unwatched_attempts(request.user).filter(exam=exam).count()
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": f"Wall of {exam.title}",
        "content_title": f"{exam.title}: wall",
        "exam": exam,
        "is_fullwidth": True,
        "overload": None,  # the wall says it itself, and goes on doing so
        "live_config": {
            "socket": f"/ws/proctor/exams/{exam.pk}/",
            "gap": reverse("admin:proctoring_wall_events", args=[exam.pk]),
            "timeZone": exam.institution.time_zone,
            "events": wall_events(request, exam),
            "unwatched": unwatched,
            "looks": looks_on_wall(request, exam),
        },
        "unwatched": unwatched,
        "open_sessions": selectors.sessions_on_wall(request.user, exam).count(),
    }
    return TemplateResponse(request, "proctoring_admin/wall.html", context)


def wall_gap(request: HttpRequest, exam_id: int) -> JsonResponse:
    """Events since the one the page saw last: asked after every (re)connection, so that a gap hides nothing. And what
    no connection tells: how many sit the exam unwatched, and how many events of each candidate need a look."""
    exam = exam_or_404(request, exam_id)
    events = wall_events(request, exam, after=number(request, "after"))
    unwatched = selectors.unwatched_attempts(request.user).filter(exam=exam).count()
    return JsonResponse({"events": events, "unwatched": unwatched, "looks": looks_on_wall(request, exam)})


def number(request: HttpRequest, name: str) -> int:
    """A whole number from the query, 0 when there is none."""
    value = request.GET.get(name, "")
    return int(value) if is_key(value) else 0
