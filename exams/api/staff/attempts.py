"""Attempts: how they stand, what was answered, more time."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from exams import selectors, services
from exams.api.exact import ExactSerializer
from exams.api.fields import SafeCharField
from exams.api.staff.base import UUID_PATTERN, StaffViewSet
from exams.models import Answer, Attempt, TimeChange
from exams.services.sealing import open_answers

MOST_MINUTES = 10_000


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    """Without scores: those are in the results, for who marks. Times are the server's."""

    exam = serializers.IntegerField(source="exam_id")
    candidate = serializers.IntegerField(source="candidate_id")
    username = serializers.CharField(source="candidate.username")
    version = serializers.IntegerField(source="version.number")

    class Meta:
        model = Attempt
        fields = (
            "id", "exam", "candidate", "username", "number", "version", "state", "started_at", "deadline",
            "submitted_at",
        )  # fmt: skip
        read_only_fields = fields


class AnswerSerializer(serializers.ModelSerializer[Answer]):
    question = serializers.IntegerField(source="question_id")
    value = serializers.JSONField(help_text="As it was saved; options by their numbers.")

    class Meta:
        model = Answer
        fields = ("question", "revision", "saved_at", "late", "value")
        read_only_fields = fields


class TimeInput(ExactSerializer):
    minutes = serializers.IntegerField(min_value=1, max_value=MOST_MINUTES)
    reason = serializers.ChoiceField(choices=TimeChange.Reason.choices)
    note = SafeCharField(max_length=2000, allow_blank=True, default="", help_text="Needed for “other”.")


class TimeChangeSerializer(serializers.ModelSerializer[TimeChange]):
    deadline = serializers.DateTimeField(source="attempt.deadline")

    class Meta:
        model = TimeChange
        fields = ("kind", "seconds", "reason", "note", "at", "deadline")
        read_only_fields = fields


@extend_schema(tags=["Attempts"])
class AttemptViewSet(StaffViewSet):
    serializer_class = AttemptSerializer
    lookup_value_regex = UUID_PATTERN

    @extend_schema(
        summary="List an exam's attempts",
        parameters=[
            OpenApiParameter("state", OpenApiTypes.STR, enum=Attempt.State.values),
            OpenApiParameter("candidate", OpenApiTypes.INT),
        ],
    )
    def list(self, request: Request, exam: str) -> Response:
        rows = self._attempts().order_by("candidate__username", "number", "pk")
        state, candidate = request.query_params.get("state"), request.query_params.get("candidate")
        if state is not None:
            if state not in Attempt.State.values:
                raise ValidationError({"state": f"“{state[:40]}” is no state of an attempt."})
            rows = rows.filter(state=state)
        if candidate is not None:
            if not candidate.isascii() or not candidate.isdecimal() or len(candidate) > 18:
                raise ValidationError({"candidate": "This must be the number of a person."})
            rows = rows.filter(candidate=int(candidate))
        return self.get_paginated_response(AttemptSerializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(summary="Read an attempt")
    def retrieve(self, request: Request, exam: str, pk: str) -> Response:
        return Response(AttemptSerializer(self._attempt(pk)).data)

    @extend_schema(
        summary="List an attempt's answers with all their revisions",
        description="For administrators; for authors and reviewers too, unless the exam is marked anonymously. Then "
        "the exam's history says who read whose.",
        responses=AnswerSerializer(many=True),
    )
    @action(detail=True, methods=["get"])
    def answers(self, request: Request, exam: str, pk: str) -> Response:
        attempt = self._attempt(pk)
        open_answers(attempt=attempt, by=self.person)
        rows = attempt.answers.order_by("question__position", "question", "revision")
        return self.get_paginated_response(AnswerSerializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(
        summary="Give an attempt that runs more time", request=TimeInput, responses={201: TimeChangeSerializer}
    )
    @action(detail=True, methods=["post"], url_path="add-time")
    def add_time(self, request: Request, exam: str, pk: str) -> Response:
        return self._change(request, pk, services.add_time)

    @extend_schema(
        summary="Let an attempt that was handed in go on", request=TimeInput, responses={201: TimeChangeSerializer}
    )
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, exam: str, pk: str) -> Response:
        return self._change(request, pk, services.reopen)

    def _change(self, request: Request, pk: str, service: Any) -> Response:
        attempt = self._attempt(pk)
        wanted = TimeInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        change = service(by=self.person, attempt=attempt, **wanted.validated_data)
        return Response(TimeChangeSerializer(change).data, status=status.HTTP_201_CREATED)

    def _attempts(self) -> QuerySet[Attempt]:
        return selectors.visible_attempts(self.person).filter(exam=self.exam_or_404())

    def _attempt(self, pk: str) -> Attempt:
        attempt: Attempt = self.row_or_404(self._attempts(), pk=UUID(pk))
        return attempt
