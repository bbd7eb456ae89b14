"""A candidate's own attempt: reading it, and saving answers one by one."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from exams import selectors, services
from exams.api import throttles
from exams.api.payloads import answer_payload, attempt_payload
from exams.api.time import OWN


class AnswerInput(serializers.Serializer[None]):
    client_id = serializers.UUIDField()
    question = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    value = serializers.DictField()


class AttemptView(APIView):
    @extend_schema(
        tags=OWN, summary="Read one’s own attempt, with its paper while it runs", responses=OpenApiTypes.OBJECT
    )
    def get(self, request: Request, attempt_id: UUID) -> Response:
        attempt = selectors.own_attempt_for(request.user, attempt_id)
        return Response(attempt_payload(attempt), headers={"Cache-Control": "no-store"})


class AnswersView(APIView):
    throttle_classes = [throttles.Answers]

    @extend_schema(
        tags=OWN,
        summary="Save the next revision of an answer",
        description="A repeat under the same `client_id` changes nothing and is answered as the first was.",
        request=AnswerInput,
        responses={201: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request, attempt_id: UUID) -> Response:
        wanted = AnswerInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        answer = services.save_own_answer(
            candidate_id=int(request.user.pk or 0),
            attempt_id=attempt_id,
            client_id=wanted.validated_data["client_id"],
            question_id=wanted.validated_data["question"],
            value=wanted.validated_data["value"],
        )
        return Response(answer_payload(answer), status=status.HTTP_201_CREATED)
