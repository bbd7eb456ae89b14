"""What is granted to candidates, of time and of the watching: granted, changed and withdrawn, each with who and why."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from exams.api.exact import ExactSerializer
from exams.api.fields import FiniteField, IdField, SafeCharField
from exams.api.staff.base import StaffViewSet
from exams.models import Accommodation, Exam, User
from exams.roles import EDITORS
from exams.services import accommodations as exam_accommodations
from proctoring.models import DetectorAccommodation
from proctoring.models.accommodations import LONGEST_HOLD_SECONDS
from proctoring.risk.policy import DEFAULT_RULES, USES_NO_HOLD
from proctoring.services import accommodations

TIME_FIELDS = ("extra_minutes", "time_factor", "break_minutes", "larger_type")
HELD = [name for name in DEFAULT_RULES if name not in USES_NO_HOLD]


class DetectorsSerializer(ExactSerializer):
    """How they are watched. It only ever makes the watching milder."""

    muted: Any = serializers.ListField(
        child=serializers.ChoiceField(choices=list(DEFAULT_RULES)),
        max_length=len(DEFAULT_RULES),
        default=list,
        help_text="Rules of the risk table that do not count.",
    )
    hold_seconds: Any = serializers.DictField(
        child=FiniteField(min_value=0, max_value=LONGEST_HOLD_SECONDS),
        default=dict,
        help_text="Rules that count only once they held for so many seconds, by name.",
    )
    yaw_factor = FiniteField(min_value=1, max_value=5, default=1.0, help_text="2 lets the head turn twice as far.")
    pitch_factor = FiniteField(min_value=1, max_value=5, default=1.0)
    eyes_factor = FiniteField(min_value=1, max_value=5, default=1.0)
    lift_fullscreen = serializers.BooleanField(default=False, help_text="Full screen is not asked for.")
    lift_clipboard = serializers.BooleanField(default=False, help_text="Copy and paste are allowed.")

    def validate_hold_seconds(self, holds: dict[str, float]) -> dict[str, float]:
        for name in holds:
            if name not in HELD:
                raise ValidationError(f"“{name[:40]}” is no rule that holds. There are: {', '.join(HELD)}.")
        return holds


class GranterSerializer(serializers.ModelSerializer[User]):
    name = serializers.CharField(source="display_name")

    class Meta:
        model = User
        fields = ("id", "username", "name")
        read_only_fields = fields


class AccommodationSerializer(serializers.ModelSerializer[Accommodation]):
    institution = serializers.IntegerField(source="institution_id")
    exam = serializers.IntegerField(source="exam_id", allow_null=True)
    candidate = serializers.IntegerField(source="candidate_id")
    detectors = DetectorsSerializer(allow_null=True, default=None)
    granted_by = GranterSerializer()
    revoked_by = GranterSerializer(allow_null=True)

    class Meta:
        model = Accommodation
        fields = (
            "id", "institution", "exam", "candidate", *TIME_FIELDS, "detectors", "reason", "granted_by", "granted_at",
            "revoked_by", "revoked_at",
        )  # fmt: skip
        read_only_fields = fields


class GrantSerializer(ExactSerializer, serializers.ModelSerializer[Accommodation]):
    """What is granted. In a change, what is not sent stays as it was."""

    detectors = DetectorsSerializer(allow_null=True, required=False, help_text="Null: watched as everybody.")
    reason = SafeCharField(max_length=2000, help_text="Seen by administrators and authors only.")

    class Meta:
        model = Accommodation
        fields = (*TIME_FIELDS, "detectors", "reason")


class AccommodationInput(GrantSerializer):
    institution = IdField()
    candidate = IdField()
    exam = IdField(allow_null=True, required=False, help_text="All exams without it.")

    class Meta:
        model = Accommodation
        fields = ("institution", "candidate", "exam", *GrantSerializer.Meta.fields)


@extend_schema(tags=["Institutions and people"])
class AccommodationViewSet(StaffViewSet):
    """Those who watch see that one applies and which rules it touches, in their sessions; never why."""

    serializer_class = AccommodationSerializer
    view_roles = edit_roles = EDITORS
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Accommodation]:
        rows = Accommodation.objects.filter(institution__in=self.institutions(EDITORS))
        return rows.select_related("detectors", "granted_by", "revoked_by").order_by("-granted_at", "-pk")

    @extend_schema(summary="List what was granted, the newest first")
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(AccommodationSerializer(page, many=True).data)

    @extend_schema(
        summary="Grant an accommodation; attempts and sessions that run go by it at once",
        request=AccommodationInput,
        responses={201: AccommodationSerializer},
    )
    def create(self, request: Request) -> Response:
        wanted = AccommodationInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        chosen: dict[str, Any] = dict(wanted.validated_data)
        institution = self.institution_or_404(chosen.pop("institution"), EDITORS)
        exam = candidate = None
        if (key := chosen.pop("exam", None)) is not None:
            exam = Exam.objects.filter(pk=key, institution=institution).first()
            if exam is None:
                raise ValidationError({"exam": "The institution has no such exam."})
        belongs = Q(memberships__institution=institution) | Q(enrolments__exam__institution=institution)
        candidate = User.objects.filter(belongs, pk=chosen.pop("candidate")).first()
        if candidate is None:
            raise ValidationError({"candidate": "Nobody at the institution has this number."})
        detectors = _detectors(chosen.pop("detectors", None))
        made = Accommodation(institution=institution, exam=exam, candidate=candidate, **chosen)
        granted = accommodations.grant(by=self.person, accommodation=made, detectors=detectors)
        return Response(AccommodationSerializer(granted).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Read an accommodation")
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(AccommodationSerializer(self._accommodation(pk)).data)

    @extend_schema(
        summary="Grant another in an accommodation's place; what is not sent stays as it was",
        request=GrantSerializer,
        responses={201: AccommodationSerializer},
    )
    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: str) -> Response:
        found = self._accommodation(pk)
        wanted = GrantSerializer(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        chosen: dict[str, Any] = dict(wanted.validated_data)
        kept = DetectorsSerializer(found.detectors).data if hasattr(found, "detectors") else None
        detectors = _detectors(chosen.pop("detectors", kept))
        values = {name: getattr(found, name) for name in (*TIME_FIELDS, "reason")} | chosen
        made = Accommodation(
            institution_id=found.institution_id, exam_id=found.exam_id, candidate_id=found.candidate_id, **values
        )
        granted = accommodations.change(by=self.person, accommodation=found, wanted=made, detectors=detectors)
        return Response(AccommodationSerializer(granted).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Revoke an accommodation; time already given stays given",
        description="In a session that runs, what held when it began holds to its end: nobody is watched more strictly "
        "than they agreed to.",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        found = self._accommodation(pk)
        return Response(AccommodationSerializer(exam_accommodations.revoke(by=self.person, accommodation=found)).data)

    def _accommodation(self, pk: str) -> Accommodation:
        found: Accommodation = self.row_or_404(self.get_queryset(), pk=int(pk))
        return found


def _detectors(values: Any) -> DetectorAccommodation | None:
    """What is not sent is as for everybody."""
    return None if values is None else DetectorAccommodation(**values)
