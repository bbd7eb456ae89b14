"""A candidate's own time: what is left, and breaks that stop the clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from exams import selectors, services, timing
from exams.models import Attempt

OWN = ["A candidate’s own attempt"]
NO_STORE = {"Cache-Control": "no-store"}


def milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


def break_payload(time: timing.BreakTime) -> dict[str, Any]:
    """``began_at_ms`` and ``ends_by_ms`` are there while the candidate is on a break."""
    taken = time.open
    return {
        "allowed_seconds": int(time.allowed.total_seconds()),
        "left_seconds": int(time.left.total_seconds()),
        "began_at_ms": None if taken is None else milliseconds(taken.began_at),
        "ends_by_ms": None if taken is None else milliseconds(taken.ends_by),
    }


def time_payload(attempt: Attempt) -> dict[str, Any]:
    """``deadline_ms`` and ``server_time_ms`` let a page run its timer by the server's clock."""
    now = timezone.now()
    return {
        "state": attempt.state,
        "deadline_ms": milliseconds(attempt.deadline),
        "server_time_ms": milliseconds(now),
        "break": break_payload(timing.break_time(attempt, now)),
    }


class TimeView(APIView):
    """Small enough to be asked now and then by a page that nobody tells of changes."""

    @extend_schema(tags=OWN, summary="Ask how one’s own time stands", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, attempt_id: UUID) -> Response:
        attempt = selectors.own_attempt_for(request.user, attempt_id)
        return Response(time_payload(attempt), headers=NO_STORE)


class BreakView(APIView):
    """POST begins a break, DELETE ends it; both may be repeated, and say how the time stands then."""

    @extend_schema(tags=OWN, summary="Begin a break that stops the clock", request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, attempt_id: UUID) -> Response:
        services.start_break(attempt=selectors.own_attempt_for(request.user, attempt_id))
        return self._standing(request, attempt_id)

    @extend_schema(tags=OWN, summary="End the break", request=None, responses={200: OpenApiTypes.OBJECT})
    def delete(self, request: Request, attempt_id: UUID) -> Response:
        services.end_break(attempt=selectors.own_attempt_for(request.user, attempt_id))
        return self._standing(request, attempt_id)

    def _standing(self, request: Request, attempt_id: UUID) -> Response:
        attempt = selectors.own_attempt_for(request.user, attempt_id)
        return Response(time_payload(attempt), headers=NO_STORE)
