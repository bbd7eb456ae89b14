"""Institutions, who has which role there, who is enrolled and invited; rosters."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from exams.accounts.mail import send_invitations_soon
from exams.api.exact import ExactSerializer
from exams.api.fields import IdField
from exams.api.staff.base import UUID_PATTERN, StaffViewSet
from exams.models import Enrolment, Exam, Institution, Invitation, Membership, Role, RosterImport, User
from exams.roles import ADMINISTRATORS, EDITORS, STAFF
from exams.roster_file import LARGEST_FILE
from exams.services import enrolling, invitations, rosters
from exams.services.rosters import Outcome

INSTITUTION = OpenApiParameter("institution", OpenApiTypes.INT, description="Only those of this institution.")


class InstitutionSerializer(serializers.ModelSerializer[Institution]):
    class Meta:
        model = Institution
        fields = ("id", "name", "slug", "time_zone", "contact")
        read_only_fields = fields


class PersonSerializer(serializers.ModelSerializer[User]):
    name = serializers.CharField(source="display_name")
    email = serializers.CharField(help_text="Empty where none is known.")

    class Meta:
        model = User
        fields = ("id", "username", "name", "email")
        read_only_fields = fields


class MemberSerializer(serializers.ModelSerializer[Membership]):
    person = PersonSerializer(source="user")

    class Meta:
        model = Membership
        fields = ("id", "person", "role", "reference")
        read_only_fields = fields


@extend_schema(tags=["Institutions and people"])
class InstitutionViewSet(StaffViewSet):
    serializer_class = InstitutionSerializer
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Institution]:
        return self.institutions(STAFF).order_by("name")

    @extend_schema(summary="List the institutions you have a staff role at")
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(InstitutionSerializer(page, many=True).data)

    @extend_schema(summary="Read an institution")
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(InstitutionSerializer(self.institution_or_404(int(pk), STAFF)).data)

    @extend_schema(
        summary="List who has which role at the institution",
        parameters=[OpenApiParameter("role", OpenApiTypes.STR, enum=Role.values)],
        responses=MemberSerializer(many=True),
    )
    @action(detail=True, methods=["get"])
    def members(self, request: Request, pk: str) -> Response:
        institution = self.institution_or_404(int(pk), STAFF)
        self.must_hold(ADMINISTRATORS, institution.pk)
        rows = institution.memberships.select_related("user").order_by("user__username", "role", "pk")
        role = request.query_params.get("role")
        if role is not None:
            if role not in Role.values:
                raise ValidationError({"role": f"“{role[:40]}” is no role."})
            rows = rows.filter(role=role)
        return self.get_paginated_response(MemberSerializer(self.paginate_queryset(rows), many=True).data)


class EnrolmentSerializer(serializers.ModelSerializer[Enrolment]):
    candidate = PersonSerializer()

    class Meta:
        model = Enrolment
        fields = ("id", "candidate")
        read_only_fields = fields


class EnrolmentInput(ExactSerializer):
    candidate = IdField(help_text="Somebody with a role at the institution.")


@extend_schema(tags=["Institutions and people"])
class EnrolmentViewSet(StaffViewSet):
    serializer_class = EnrolmentSerializer
    edit_roles = EDITORS
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(summary="List who is enrolled in an exam")
    def list(self, request: Request, exam: str) -> Response:
        rows = self.exam_or_404().enrolments.select_related("candidate").order_by("candidate__username", "pk")
        return self.get_paginated_response(EnrolmentSerializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(
        summary="Enrol somebody; once more changes nothing",
        request=EnrolmentInput,
        responses={201: EnrolmentSerializer},
    )
    def create(self, request: Request, exam: str) -> Response:
        found = self.exam_or_404(change=True)
        wanted = EnrolmentInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        people = User.objects.filter(memberships__institution=found.institution_id).distinct()
        candidate = people.filter(pk=wanted.validated_data["candidate"]).first()
        if candidate is None:
            raise ValidationError({"candidate": "Nobody at the institution has this number. Invite them first."})
        made = enrolling.enrol(exam=found, candidate=candidate)
        return Response(EnrolmentSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Take somebody off an exam they have not begun", responses={204: None})
    def destroy(self, request: Request, exam: str, pk: str) -> Response:
        found = self.exam_or_404(change=True)
        enrolling.take_off([self.row_or_404(found.enrolments.all(), pk=int(pk))])
        return Response(status=status.HTTP_204_NO_CONTENT)


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    institution = serializers.IntegerField(source="institution_id")
    exam = serializers.IntegerField(source="exam_id", allow_null=True)
    state = serializers.ChoiceField(choices=Invitation.State.choices)

    class Meta:
        model = Invitation
        fields = ("id", "institution", "exam", "email", "role", "state", "created_at", "sent_at", "expires_at")
        read_only_fields = fields


class InvitationInput(ExactSerializer):
    institution = IdField()
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=Role.choices)
    exam = IdField(allow_null=True, required=False)


@extend_schema(tags=["Institutions and people"])
class InvitationViewSet(StaffViewSet):
    serializer_class = InvitationSerializer
    view_roles = edit_roles = ADMINISTRATORS
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Invitation]:
        return Invitation.objects.filter(institution__in=self.institutions(ADMINISTRATORS)).order_by(
            "-created_at", "-pk"
        )

    @extend_schema(summary="List invitations, the newest first")
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(InvitationSerializer(page, many=True).data)

    @extend_schema(summary="Invite somebody by e-mail", request=InvitationInput, responses={201: InvitationSerializer})
    def create(self, request: Request) -> Response:
        wanted = InvitationInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        chosen = wanted.validated_data
        institution = self.institution_or_404(chosen["institution"], ADMINISTRATORS)
        exam = None
        if chosen.get("exam") is not None:
            exam = Exam.objects.filter(pk=chosen["exam"], institution=institution).first()
            if exam is None:
                raise ValidationError({"exam": "The institution has no such exam."})
        made = invitations.invite(
            institution=institution, email=chosen["email"], role=chosen["role"], by=self.person, exam=exam
        )
        send_invitations_soon()
        return Response(InvitationSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Revoke an invitation: its link opens nothing any more", request=None)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        found: Invitation = self.row_or_404(self.get_queryset(), pk=int(pk))
        return Response(InvitationSerializer(invitations.revoke(invitation=found)).data)

    @extend_schema(summary="Send an invitation again, good for another two weeks", request=None)
    @action(detail=True, methods=["post"])
    def renew(self, request: Request, pk: str) -> Response:
        found: Invitation = self.row_or_404(self.get_queryset(), pk=int(pk))
        renewed = invitations.renew(invitation=found)
        send_invitations_soon()
        return Response(InvitationSerializer(renewed).data)


class RosterRowSerializer(serializers.Serializer[None]):
    line = serializers.IntegerField()
    who = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    why = serializers.CharField(allow_blank=True)


class RosterSerializer(serializers.ModelSerializer[RosterImport]):
    exam = serializers.IntegerField(source="exam_id", allow_null=True)
    done = serializers.SerializerMethodField()
    rows = serializers.SerializerMethodField()

    class Meta:
        model = RosterImport
        fields = ("id", "exam", "state", "done", "total", "error", "created_at", "rows")
        read_only_fields = fields

    def get_done(self, roster: RosterImport) -> int:
        return rosters.progress_of(roster)

    @extend_schema_field(RosterRowSerializer(many=True))
    def get_rows(self, roster: RosterImport) -> list[dict[str, Any]]:
        return [dict(zip(("line", "who", "outcome", "why"), row, strict=True)) for row in roster.outcomes]


class RosterInput(serializers.Serializer[None]):
    file = serializers.FileField(help_text="CSV with a heading: email or username, first_name, last_name, number.")


@extend_schema(tags=["Institutions and people"])
class RosterViewSet(StaffViewSet):
    serializer_class = RosterSerializer
    view_roles = edit_roles = EDITORS
    pagination_class = None
    lookup_value_regex = UUID_PATTERN

    @extend_schema(
        summary="Check a roster: what would come of each line, nothing written",
        request={"multipart/form-data": RosterInput},
        responses={201: RosterSerializer},
    )
    def create(self, request: Request, exam: str) -> Response:
        found = self.exam_or_404(change=True)
        wanted = RosterInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        file = wanted.validated_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError({"file": f"The file is larger than {LARGEST_FILE // 1024 // 1024} MB. Split it."})
        roster = rosters.check(
            institution=found.institution, exam=found, by=self.person, file_name=file.name or "roster", data=file.read()
        )
        return Response(RosterSerializer(roster).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Read a roster: its outcomes, and how far it is")
    def retrieve(self, request: Request, exam: str, pk: str) -> Response:
        return Response(RosterSerializer(self._roster(self.exam_or_404(), pk)).data)

    @extend_schema(summary="Carry a checked roster out, in the background; once more changes nothing", request=None)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, exam: str, pk: str) -> Response:
        roster = self._roster(self.exam_or_404(change=True), pk)
        return Response(RosterSerializer(rosters.confirm(roster=roster)).data)

    def get_parsers(self) -> list[Any]:
        return [MultiPartParser()] if getattr(self, "action_map", {}).get("post") == "create" else super().get_parsers()

    def _roster(self, exam: Exam, pk: str) -> RosterImport:
        roster: RosterImport = self.row_or_404(exam.roster_imports.all(), pk=pk)
        return rosters.judged(roster)
