"""Exams: their settings, their way from draft to archive, their versions."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from exams import services
from exams.api.exact import ExactSerializer
from exams.api.fields import SafeCharField
from exams.api.staff.base import LARGEST_ID, StaffViewSet
from exams.errors import WrongState
from exams.models import Exam, ExamVersion
from exams.results import exams_with_role
from exams.roles import EDITORS, STAFF
from exams.services import authoring, states
from exams.services.exam_rules import BEGUN, delete_exam, fixed_settings
from exams.services.states import Step

SETTINGS = (
    "title",
    "instructions",
    "opens_at",
    "closes_at",
    "duration_minutes",
    "attempts_allowed",
    "counting",
    "passing_percent",
    "afterwards",
    "shuffle_questions",
    "shuffle_options",
    "anonymous_marking",
)


class ExamSerializer(serializers.ModelSerializer[Exam]):
    """``state`` and ``results_published_at`` change by steps of their own, never by writing the exam."""

    institution = serializers.IntegerField(source="institution_id", read_only=True)
    candidates = serializers.IntegerField(source="enrolled", read_only=True, help_text="How many are enrolled.")

    class Meta:
        model = Exam
        fields: ClassVar[list[str]] = ["id", "institution", "state", *SETTINGS, "results_published_at", "candidates"]
        read_only_fields = fields


class ExamInput(ExactSerializer, serializers.ModelSerializer[Exam]):
    title = SafeCharField(max_length=200)
    instructions = SafeCharField(max_length=20_000, allow_blank=True, required=False)
    duration_minutes = serializers.IntegerField(min_value=1, max_value=525_600, required=False)
    attempts_allowed = serializers.IntegerField(min_value=1, max_value=100, required=False)

    class Meta:
        model = Exam
        fields = SETTINGS

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        known = {name: getattr(self.instance, name) for name in SETTINGS} if self.instance is not None else {}
        try:
            Exam(**known | attrs).clean()
        except DjangoValidationError as error:
            raise ValidationError(error.message_dict) from None
        changed = {name for name, value in attrs.items() if name in known and value != known[name]}
        if self.instance is not None and (fixed := changed & fixed_settings(self.instance)):
            raise ValidationError(dict.fromkeys(fixed, BEGUN))
        return attrs


class NewExamInput(ExamInput):
    institution = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, help_text="Whose exam it is.")

    class Meta:
        model = Exam
        fields = ("institution", *SETTINGS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        institution = attrs.pop("institution")
        return {**super().validate(attrs), "institution": institution}


class VersionSerializer(serializers.ModelSerializer[ExamVersion]):
    questions = serializers.IntegerField(read_only=True)

    class Meta:
        model = ExamVersion
        fields = ["id", "number", "created_at", "frozen_at", "questions"]
        read_only_fields = fields


class TitleInput(ExactSerializer):
    title = SafeCharField(max_length=200)


class StepInput(ExactSerializer):
    step = serializers.ChoiceField(choices=[step.value for step in Step])


@extend_schema_view(
    list=extend_schema(
        summary="List exams",
        parameters=[
            OpenApiParameter(
                "state", OpenApiTypes.STR, enum=Exam.State.values, description="Only those in this state."
            ),
            OpenApiParameter("institution", OpenApiTypes.INT, description="Only those of this institution."),
        ],
    ),
    retrieve=extend_schema(summary="Read an exam"),
    create=extend_schema(summary="Make an exam", request=NewExamInput, responses={201: ExamSerializer}),
    partial_update=extend_schema(summary="Change an exam's settings", request=ExamInput, responses=ExamSerializer),
    destroy=extend_schema(summary="Delete an exam nobody has sat", responses={204: None}),
)
@extend_schema(tags=["Exams"])
class ExamViewSet(StaffViewSet):
    serializer_class = ExamSerializer
    edit_roles = EDITORS
    lookup_url_kwarg = "exam"
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Exam]:
        exams = exams_with_role(self.person, STAFF).annotate(enrolled=Count("enrolments"))
        return exams.order_by("title", "pk")

    def list(self, request: Request) -> Response:
        exams = self.get_queryset()
        state = request.query_params.get("state")
        if state is not None:
            if state not in Exam.State.values:
                raise ValidationError({"state": f"“{state[:40]}” is no state of an exam."})
            exams = exams.filter(state=state)
        institution = request.query_params.get("institution")
        if institution is not None:
            if not institution.isascii() or not institution.isdecimal() or len(institution) > 18:
                raise ValidationError({"institution": "This must be the number of an institution."})
            exams = exams.filter(institution=int(institution))
        page = self.paginate_queryset(exams)
        return self.get_paginated_response(ExamSerializer(page, many=True).data)

    def retrieve(self, request: Request, exam: str) -> Response:
        return self._answer(self.exam_or_404())

    def create(self, request: Request) -> Response:
        wanted = NewExamInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        settings = dict(wanted.validated_data)
        institution = self.institution_or_404(settings.pop("institution"), EDITORS)
        with transaction.atomic():
            made = Exam.objects.create(institution=institution, **settings)
            services.draft_of(made)
        return self._answer(made, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, exam: str) -> Response:
        found = self.exam_or_404(change=True)
        if found.state == Exam.State.ARCHIVED:
            raise WrongState("An exam that is archived is not changed. Take it out of the archive first.")
        wanted = ExamInput(found, data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        return self._answer(wanted.save())

    def destroy(self, request: Request, exam: str) -> Response:
        found = self.exam_or_404(change=True)
        delete_exam(found)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Take a step: publish, withdraw, close, reopen, archive or restore",
        description="What stands in the way is answered with 409 and code `not_ready`, in sentences.",
        request=StepInput,
        responses=ExamSerializer,
    )
    @action(detail=True, methods=["post"])
    def step(self, request: Request, exam: str) -> Response:
        found = self.exam_or_404(change=True)
        wanted = StepInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        return self._answer(states.take(Step(wanted.validated_data["step"]), found, by=self.person))

    @extend_schema(
        summary="Make an exam with the same settings and questions", request=TitleInput, responses={201: ExamSerializer}
    )
    @action(detail=True, methods=["post"])
    def duplicate(self, request: Request, exam: str) -> Response:
        found = self.exam_or_404(change=True)
        wanted = TitleInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        made = authoring.duplicate(found, title=wanted.validated_data["title"], by=self.person)
        return self._answer(made, status.HTTP_201_CREATED)

    @extend_schema(summary="List an exam's versions, the newest first", responses=VersionSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def versions(self, request: Request, exam: str) -> Response:
        versions = self.exam_or_404().versions.annotate(questions=Count("sections__questions")).order_by("-number")
        return Response(VersionSerializer(versions, many=True).data)

    @extend_schema(
        summary="Open a draft of a published exam's questions", request=None, responses={201: VersionSerializer}
    )
    @action(detail=True, methods=["post"], url_path="versions/revise")
    def revise(self, request: Request, exam: str) -> Response:
        version = services.revise(self.exam_or_404(change=True), by=self.person)
        return self._version(version, status.HTTP_201_CREATED)

    @extend_schema(summary="Publish the draft's questions", request=None, responses=VersionSerializer)
    @action(detail=True, methods=["post"], url_path="versions/publish")
    def publish_changes(self, request: Request, exam: str) -> Response:
        return self._version(services.publish_changes(self.exam_or_404(change=True), by=self.person))

    @extend_schema(summary="Throw the draft's changes away", request=None, responses={204: None})
    @action(detail=True, methods=["post"], url_path="versions/discard")
    def discard(self, request: Request, exam: str) -> Response:
        services.discard_draft(self.exam_or_404(change=True), by=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _answer(self, exam: Exam, code: int = status.HTTP_200_OK) -> Response:
        return Response(ExamSerializer(self.get_queryset().get(pk=exam.pk)).data, status=code)

    def _version(self, version: ExamVersion, code: int = status.HTTP_200_OK) -> Response:
        counted = ExamVersion.objects.annotate(questions=Count("sections__questions")).get(pk=version.pk)
        return Response(VersionSerializer(counted).data, status=code)
