"""Marking a whole exam again: asked for, done in the background, followed."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from exams.api.staff.base import UUID_PATTERN, StaffViewSet
from exams.models import MarkingRun
from exams.results import MARKERS, RELEASERS
from exams.services import marking_runs


class MarkingRunSerializer(serializers.ModelSerializer[MarkingRun]):
    class Meta:
        model = MarkingRun
        fields = ("id", "state", "done", "total", "changed", "error", "created_at")
        read_only_fields = fields


@extend_schema(tags=["Results"])
class MarkingRunViewSet(StaffViewSet):
    """``done`` of ``total`` attempts; ``changed`` marks. Marks that people gave stay."""

    serializer_class = MarkingRunSerializer
    view_roles = MARKERS
    edit_roles = RELEASERS
    lookup_value_regex = UUID_PATTERN

    @extend_schema(summary="List when an exam was marked again, the newest first")
    def list(self, request: Request, exam: str) -> Response:
        page = self.paginate_queryset(self.exam_or_404().marking_runs.all())
        return self.get_paginated_response(MarkingRunSerializer(page, many=True).data)

    @extend_schema(
        summary="Have all attempts marked again, in the background; asking while that goes on gives that one",
        request=None,
        responses={201: MarkingRunSerializer},
    )
    def create(self, request: Request, exam: str) -> Response:
        run = marking_runs.request_run(exam=self.exam_or_404(change=True), by=self.person)
        return Response(MarkingRunSerializer(run).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="See how far marking again is")
    def retrieve(self, request: Request, exam: str, pk: str) -> Response:
        run = self.row_or_404(self.exam_or_404().marking_runs.all(), pk=UUID(pk))
        return Response(MarkingRunSerializer(run).data)
