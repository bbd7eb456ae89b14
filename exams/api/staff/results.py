"""Marks and results: for those who mark. Under anonymous marking nothing here says whose answer it is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from exams import services
from exams.api.exact import ExactSerializer
from exams.api.fields import SafeCharField
from exams.api.staff.base import StaffViewSet
from exams.exam_statistics import ExamStatistics
from exams.models import Attempt, Mark
from exams.reporting import records_of, rows_of
from exams.results import MARKERS, RELEASERS, names_are_hidden


class ResultSerializer(serializers.Serializer[Any]):
    candidate = serializers.CharField(help_text="The name; a made-up one while marking is anonymous.")
    username = serializers.CharField()
    reference = serializers.CharField(help_text="The person's number at the institution.")
    attempt = serializers.IntegerField()
    version = serializers.IntegerField()
    started_at = serializers.CharField(allow_null=True)
    submitted_at = serializers.CharField(allow_null=True)
    score = serializers.DecimalField(max_digits=9, decimal_places=2, allow_null=True)
    max_score = serializers.DecimalField(max_digits=9, decimal_places=2, allow_null=True)
    percent = serializers.FloatField(allow_null=True)
    passed = serializers.BooleanField(allow_null=True)
    waiting = serializers.IntegerField(help_text="Answers nobody has marked yet.")
    late_answers = serializers.IntegerField(help_text="Questions with an answer that came too late to count.")
    counts = serializers.BooleanField(help_text="Of the candidate's attempts, this is the one that counts.")


class ReleaseInput(ExactSerializer):
    force = serializers.BooleanField(default=False, help_text="Also while answers wait or sessions are undecided.")


class ReleaseSerializer(serializers.Serializer[Any]):
    results_published_at = serializers.DateTimeField(allow_null=True)


class QuestionFigureSerializer(serializers.Serializer[Any]):
    question = serializers.IntegerField(source="question.pk")
    uid = serializers.UUIDField(source="question.uid")
    number = serializers.IntegerField()
    title = serializers.CharField()
    answers = serializers.IntegerField(source="figures.count")
    difficulty = serializers.FloatField(source="figures.difficulty", allow_null=True, help_text="Mean share of points.")
    discrimination = serializers.FloatField(
        source="figures.discrimination", allow_null=True, help_text="Correlation with the rest of the score."
    )
    remark = serializers.CharField(allow_blank=True)


class BinSerializer(serializers.Serializer[Any]):
    low = serializers.FloatField()
    high = serializers.FloatField()
    count = serializers.IntegerField()


class StatisticsSerializer(serializers.Serializer[Any]):
    questions = QuestionFigureSerializer(many=True)
    distribution = BinSerializer(many=True)
    alpha = serializers.FloatField(allow_null=True, help_text="Cronbach's, where every candidate was asked the same.")


class MarkSerializer(serializers.ModelSerializer[Mark]):
    question = serializers.IntegerField(source="question_id")
    attempt = serializers.SerializerMethodField(help_text="Null while marking is anonymous.")
    answer = serializers.JSONField(source="answer.value", allow_null=True, default=None)

    class Meta:
        model = Mark
        fields = ("id", "attempt", "question", "answer", "points", "maximum", "automatic", "at", "comment")
        read_only_fields = fields

    def get_attempt(self, mark: Mark) -> str | None:
        return None if self.context["hidden"] else str(mark.attempt_id)


class MarkInput(ExactSerializer):
    points = serializers.DecimalField(max_digits=7, decimal_places=2, min_value=Decimal(0))
    comment = SafeCharField(max_length=20_000, allow_blank=True, default="")


@extend_schema(tags=["Results"])
class ResultViewSet(StaffViewSet):
    serializer_class = ResultSerializer
    view_roles = MARKERS
    edit_roles = RELEASERS

    @extend_schema(
        summary="List an exam's results",
        parameters=[OpenApiParameter("counts", OpenApiTypes.BOOL, description="Only attempts that count, or do not.")],
        responses=ResultSerializer(many=True),
    )
    def list(self, request: Request, exam: str) -> Response:
        found = self.exam_or_404()
        rows: Any = rows_of(found)
        counts = request.query_params.get("counts")
        if counts is not None:
            if counts not in {"true", "false"}:
                raise ValidationError({"counts": "This is true or false."})
            rows = [row for row in rows if row.counts is (counts == "true")]
        page: Any = self.paginate_queryset(rows)
        records = records_of(found, page)
        return self.get_paginated_response(ResultSerializer(list(records), many=True).data)

    @extend_schema(
        summary="Publish the results",
        description=(
            "Refused while answers wait to be marked, or while sessions need a look or are to be followed up (409, "
            "`results_not_ready`), unless `force` is sent."
        ),
        request=ReleaseInput,
        responses=ReleaseSerializer,
    )
    @action(detail=False, methods=["post"])
    def publish(self, request: Request, exam: str) -> Response:
        found = self.exam_or_404(change=True)
        wanted = ReleaseInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        force = wanted.validated_data["force"]
        released = services.publish_results(exam=found, by=self.person, force=force, although_undecided=force)
        return Response(ReleaseSerializer(released).data)

    @extend_schema(summary="Withdraw the results", request=None, responses=ReleaseSerializer)
    @action(detail=False, methods=["post"])
    def withdraw(self, request: Request, exam: str) -> Response:
        found = self.exam_or_404(change=True)
        return Response(ReleaseSerializer(services.withdraw_results(exam=found, by=self.person)).data)

    @extend_schema(summary="Read item statistics and the distribution of scores", responses=StatisticsSerializer)
    @action(detail=False, methods=["get"])
    def statistics(self, request: Request, exam: str) -> Response:
        return Response(StatisticsSerializer(ExamStatistics(self.exam_or_404())).data)


@extend_schema(tags=["Results"])
class MarkViewSet(StaffViewSet):
    serializer_class = MarkSerializer
    view_roles = edit_roles = MARKERS
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(
        summary="List marks, or what waits to be marked, by question",
        parameters=[
            OpenApiParameter("waiting", OpenApiTypes.BOOL, description="Only those nobody has given yet."),
            OpenApiParameter("question", OpenApiTypes.INT),
        ],
    )
    def list(self, request: Request, exam: str) -> Response:
        found = self.exam_or_404()
        rows = Mark.objects.filter(attempt__exam=found, attempt__state=Attempt.State.SUBMITTED)
        waiting, question = request.query_params.get("waiting"), request.query_params.get("question")
        if waiting is not None:
            if waiting not in {"true", "false"}:
                raise ValidationError({"waiting": "This is true or false."})
            rows = rows.filter(points__isnull=waiting == "true")
        if question is not None:
            if not question.isascii() or not question.isdecimal() or len(question) > 18:
                raise ValidationError({"question": "This must be the number of a question."})
            rows = rows.filter(question=int(question))
        # By the answers' random seeds, so that neither names nor times show in the order.
        page = self.paginate_queryset(rows.select_related("answer").order_by("question", "attempt__seed", "pk"))
        marks = MarkSerializer(page, many=True, context={"hidden": names_are_hidden(found)})
        return self.get_paginated_response(marks.data)

    @extend_schema(summary="Give a mark", request=MarkInput)
    def update(self, request: Request, exam: str, pk: str) -> Response:
        found = self.exam_or_404(change=True)
        mark: Mark = self.row_or_404(Mark.objects.filter(attempt__exam=found), pk=int(pk))
        wanted = MarkInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        given = services.give_mark(by=self.person, mark=mark, **wanted.validated_data)
        return Response(MarkSerializer(given, context={"hidden": names_are_hidden(found)}).data)
