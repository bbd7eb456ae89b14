"""The candidate's own session: where it stands, answers, Finish, and the beacon for browser signals."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import Throttled
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from exams import selectors as exam_selectors
from exams.api import throttles
from exams.api.parsers import JSONParser
from exams.api.payloads import attempt_payload, milliseconds
from exams.api.time import OWN
from exams.api.views import AnswerInput, AnswersView
from exams.errors import AttemptFinished
from proctoring import selectors, services
from proctoring.models import Session
from proctoring.services import tell

WITHDRAWN_FROM_EXAM = (
    "Consent to being watched is withdrawn for the whole exam and not only for this session. Watching has ended in all "
    "your sessions of this exam; a further attempt at it needs your consent again."
)
WITHDRAWN_FROM_PRACTICE = (
    "Consent to being watched is withdrawn for all practice runs. Those that were under way have ended and are deleted."
)
LONGEST_BEACON = 64 * 1024  # browsers send no longer ones


def session_payload(session: Session) -> dict[str, Any]:
    """``deadline_ms`` and ``server_time_ms`` let the page run its timer by the server's clock."""
    attempt = session.attempt
    return {
        "id": str(session.pk),
        "kind": session.kind,
        "state": session.state,
        "ended_by": session.ended_by,
        "calibrated": session.calibration is not None,
        "started_at_ms": milliseconds(session.started_at),
        "ended_at_ms": milliseconds(session.ended_at),
        "deadline_ms": milliseconds(attempt.deadline) if attempt is not None else None,
        "server_time_ms": milliseconds(timezone.now()),
        "attempt": attempt_payload(attempt) if attempt is not None else None,
    }


class FinishInput(serializers.Serializer[None]):
    time_is_up = serializers.BooleanField(required=False, help_text="By the page’s clock; the server’s decides.")


class WithdrawnSerializer(serializers.Serializer[None]):
    exam = serializers.IntegerField(allow_null=True, help_text="The exam it is withdrawn for; null: practice runs.")
    withdrawn = serializers.IntegerField(help_text="How many consents were withdrawn now.")
    message = serializers.CharField(help_text="What follows, in words.")


class SessionView(APIView):
    @extend_schema(tags=OWN, summary="Read one’s own session", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, session_id: UUID) -> Response:
        session = selectors.own_session_for(request.user, session_id)
        return Response(session_payload(session), headers={"Cache-Control": "no-store"})


class SessionAnswersView(AnswersView):
    """The answers of the session's attempt, for a page that only knows its session."""

    @extend_schema(
        tags=OWN,
        summary="Save the next revision of an answer, for a page that knows its session",
        request=AnswerInput,
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request, session_id: UUID) -> Response:
        session = selectors.own_session_for(request.user, session_id)
        if session.attempt_id is None:
            raise AttemptFinished("A practice run has no questions.", code="no_attempt")
        return super().post(request, session.attempt_id)


class FinishView(APIView):
    """Hands the attempt in and ends the session; again, it says the same. A practice run is gone after it.

    With ``{"time_is_up": true}``, as the page says it by its own clock, only if the server's agrees.
    """

    @extend_schema(
        tags=OWN, summary="Hand in and end one’s own session", request=FinishInput, responses=OpenApiTypes.OBJECT
    )
    def post(self, request: Request, session_id: UUID) -> Response:
        session = selectors.own_session_for(request.user, session_id)
        if session.attempt is not None and _says_time_is_up(request):
            services.hand_in_when_due(session.attempt)
            session.refresh_from_db()
            return Response(session_payload(session))
        by = Session.EndedBy.REPLAY if session.kind == Session.Kind.REPLAY else Session.EndedBy.CANDIDATE
        return Response(session_payload(services.end_session(session.pk, by)))


class AttemptFinishView(APIView):
    """Hands an attempt in, watched or not; again, it says the same.

    With ``{"time_is_up": true}``, as the page says it by its own clock, only if the server's agrees.
    """

    @extend_schema(tags=OWN, summary="Hand in one’s own attempt", request=FinishInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, attempt_id: UUID) -> Response:
        attempt = exam_selectors.own_attempt_for(request.user, attempt_id)
        hand_in = services.hand_in_when_due if _says_time_is_up(request) else services.hand_in
        return Response(attempt_payload(hand_in(attempt)))


class WithdrawView(APIView):
    """As the button on the exam's page, for a candidate in the room, who would have to leave it to get there."""

    @extend_schema(
        tags=OWN,
        summary="Withdraw consent to being watched, for the session’s whole exam",
        description=(
            "Consent is given for an exam, not for a session. So it is withdrawn **for the whole exam of the session "
            "that is named, also where that one has ended**: watching ends at once in every session that the candidate "
            "has in this exam, and a further attempt needs consent anew. Other exams are not touched. An exam that has "
            "begun goes on unwatched. Of a practice run, which belongs to no exam, it is withdrawn for all practice "
            "runs; those under way are deleted. `withdrawn` is how many consents were: 0 where it was withdrawn before."
        ),
        request=None,
        responses=WithdrawnSerializer,
    )
    def post(self, request: Request, session_id: UUID) -> Response:
        session = selectors.own_session_for(request.user, session_id)
        number = services.withdraw_consent(candidate=session.candidate, exam=session.exam)
        message = WITHDRAWN_FROM_PRACTICE if session.exam_id is None else WITHDRAWN_FROM_EXAM
        return Response({"exam": session.exam_id, "withdrawn": number, "message": message})


class SignalsView(APIView):
    """As JSON; or in a form's field ``payload``, beside its CSRF token: ``navigator.sendBeacon`` cannot set headers."""

    throttle_classes = [throttles.Signals]
    parser_classes = [MultiPartParser, FormParser, JSONParser]

    @extend_schema(
        tags=OWN,
        summary="Tell what the browser noticed",
        request={"application/json": OpenApiTypes.OBJECT},
        responses={204: None},
    )
    def post(self, request: Request, session_id: UUID) -> Response:
        session = selectors.own_session_for(request.user, session_id)
        batch = services.SignalBatch.parse(_message(request))
        try:
            with transaction.atomic():
                services.store_signals(session.pk, batch)
                services.apply_pending_signals(session.pk)
                if session.connected:  # its own engine takes them
                    tell.candidate_after_commit(session.pk, {"type": "signals.stored"})
        except services.TooManySignals as error:
            services.record_flood(session.pk)
            raise Throttled(wait=60, detail=error.message, code=error.code) from None
        return Response(status=status.HTTP_204_NO_CONTENT)


def _says_time_is_up(request: Request) -> bool:
    return isinstance(request.data, dict) and request.data.get("time_is_up") is True


def _message(request: Request) -> object:
    payload = request.data.get("payload") if isinstance(request.data, dict) else None
    if payload is None:
        return request.data
    if not isinstance(payload, str) or len(payload) > LONGEST_BEACON:
        raise services.BadRequest("The form's “payload” must be text of at most 64 KiB.")
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        raise services.BadRequest("The form's “payload” is not JSON.") from None
