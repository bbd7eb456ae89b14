"""Sessions under watch, their events, what people make of them, exports and the policy: for an exam's staff."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from exams.api.exact import ExactSerializer
from exams.api.fields import SafeCharField
from exams.api.files import HEADERS, GivesFiles
from exams.api.staff.base import UUID_PATTERN, StaffViewSet
from exams.models import Exam
from exams.roles import WATCHERS
from proctoring import attention, selectors, services
from proctoring.evidence import snapshots
from proctoring.models import Event, EventVerdict, Export, ProctorAction, Session, SessionReview, Statement
from proctoring.reports import exam_export
from proctoring.reports.pdf.case import AT_ONCE, at_once
from proctoring.reports.record import detailed_record
from proctoring.services.reviewing import LONGEST_NOTE
from proctoring.views.evidence import export_response, picture, report_response


class StatementSerializer(serializers.ModelSerializer[Statement]):
    written_at = serializers.DateTimeField(source="at")

    class Meta:
        model = Statement
        fields = ("written_at", "text")
        read_only_fields = fields


class SessionSerializer(serializers.ModelSerializer[Session]):
    candidate = serializers.IntegerField(source="candidate_id")
    username = serializers.CharField(source="candidate.username")
    attempt = serializers.UUIDField(source="attempt_id", allow_null=True)
    review = serializers.SerializerMethodField(help_text="What the newest review came to.")
    statements = StatementSerializer(many=True, read_only=True, help_text="What the candidate wrote, the oldest first.")
    muted = serializers.SerializerMethodField(help_text="Rules that do not count, as something was granted.")
    eased = serializers.SerializerMethodField(help_text="Rules that count later or less easily for the same reason.")

    class Meta:
        model = Session
        fields = (
            "id", "candidate", "username", "attempt", "kind", "state", "started_at", "ended_at", "ended_by",
            "connected", "risk_total", "risk_temporary", "risk_permanent", "event_count", "chain_head", "detectors_off",
            "counters", "accommodated", "muted", "eased", "review", "statements",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=SessionReview.Outcome.choices, allow_null=True))
    def get_review(self, session: Session) -> str | None:
        reviews = list(session.reviews.all())
        return reviews[-1].outcome if reviews else None

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_muted(self, session: Session) -> list[str]:
        return list(session.policy.get("muted", ()))

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_eased(self, session: Session) -> list[str]:
        return list(session.policy.get("eased", ()))


class EventSerializer(serializers.Serializer[Any]):
    """The documented record first, then what tells the ledgers apart and what a person needs to judge it."""

    id = serializers.IntegerField()
    session = serializers.UUIDField()
    time_24h = serializers.CharField()
    unix_time = serializers.FloatField()
    event = serializers.CharField()
    risk_delta = serializers.IntegerField()
    risk_total = serializers.IntegerField()
    phone_detected = serializers.IntegerField()
    looking_away = serializers.IntegerField()
    face_count = serializers.IntegerField(allow_null=True)
    snapshot_url = serializers.CharField(allow_blank=True)
    sequence = serializers.IntegerField()
    ledger = serializers.ChoiceField(choices=Event.Ledger.choices)
    sentence = serializers.CharField()
    detail = serializers.JSONField()
    verdict = serializers.ChoiceField(
        choices=EventVerdict.Verdict.choices, allow_null=True, help_text="Null where none is in force."
    )


class StopInput(ExactSerializer):
    action = serializers.ChoiceField(choices=ProctorAction.Action.choices)
    reason = serializers.ChoiceField(choices=ProctorAction.Reason.choices)
    note = SafeCharField(max_length=LONGEST_NOTE, allow_blank=True, default="")


class ReviewInput(ExactSerializer):
    outcome = serializers.ChoiceField(choices=SessionReview.Outcome.choices)
    note = SafeCharField(max_length=LONGEST_NOTE, allow_blank=True, default="")


class VerdictInput(ExactSerializer):
    verdict = serializers.ChoiceField(choices=EventVerdict.Verdict.choices)
    note = SafeCharField(max_length=LONGEST_NOTE, allow_blank=True, default="")


class ExportSerializer(serializers.ModelSerializer[Export]):
    class Meta:
        model = Export
        fields = ("id", "format", "session", "state", "done", "total", "error", "created_at")
        read_only_fields = fields


class ExportInput(ExactSerializer):
    format = serializers.ChoiceField(choices=[(each.value, each.label) for each in exam_export.OF_EXAMS])


class WatchedExam(StaffViewSet):
    view_roles = edit_roles = WATCHERS

    def sessions(self, exam: Exam) -> QuerySet[Session]:
        return selectors.visible_sessions(self.person).filter(exam=exam).prefetch_related("reviews", "statements")

    def event_data(self, events: Any, exam: Exam) -> Any:
        base = self.request.build_absolute_uri("/").rstrip("/")
        rows = []
        for event in events:
            given = attention.in_force(list(event.verdicts.all()))
            record = detailed_record(event, zone=exam.institution.zone, base_url=base)
            verdict = None if given is None else given.verdict
            rows.append({"id": event.pk, "session": event.session_id, **record, "verdict": verdict})
        return EventSerializer(rows, many=True).data


@extend_schema(tags=["Sessions and events"])
class SessionViewSet(GivesFiles, WatchedExam):
    serializer_class = SessionSerializer
    lookup_value_regex = UUID_PATTERN
    file_actions = frozenset({"report"})

    @extend_schema(
        summary="List an exam's sessions under watch",
        parameters=[
            OpenApiParameter("state", OpenApiTypes.STR, enum=Session.State.values),
            OpenApiParameter("statement", OpenApiTypes.BOOL, description="Whether the candidate wrote a statement."),
        ],
    )
    def list(self, request: Request, exam: str) -> Response:
        rows = self.sessions(self.exam_or_404()).order_by("-created_at", "pk")
        state = request.query_params.get("state")
        if state is not None:
            if state not in Session.State.values:
                raise ValidationError({"state": f"“{state[:40]}” is no state of a session."})
            rows = rows.filter(state=state)
        statement = request.query_params.get("statement")
        if statement is not None:
            if statement not in {"true", "false"}:
                raise ValidationError({"statement": "This is true or false."})
            rows = rows.filter(statements__isnull=statement == "false").distinct()
        return self.get_paginated_response(SessionSerializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(summary="Read a session")
    def retrieve(self, request: Request, exam: str, pk: str) -> Response:
        return Response(SessionSerializer(self._session(pk)).data)

    @extend_schema(summary="List a session's whole log", responses=EventSerializer(many=True))
    @action(detail=True, methods=["get"])
    def events(self, request: Request, exam: str, pk: str) -> Response:
        found = self.exam_or_404()
        session = self._session(pk)
        page = self.paginate_queryset(session.events.order_by("sequence").prefetch_related("verdicts"))
        return self.get_paginated_response(self.event_data(page, found))

    @extend_schema(
        summary="Download the report of a session as PDF",
        description=(
            f"Of a session of more than {AT_ONCE} entries it is made in the background: the answer is then 409 "
            "`report_in_background`; ask for it with POST and fetch it as an export."
        ),
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    @action(detail=True, methods=["get"])
    def report(self, request: Request, exam: str, pk: str) -> HttpResponse:
        session = self._session(pk)
        if not at_once(session):
            raise services.ReportInBackground
        return report_response(session, by=self.person, base_url=request.build_absolute_uri("/").rstrip("/"))

    @extend_schema(
        summary="Have the report of a session made as PDF in the background",
        description="It is one of your own exports: read it there until it is ready, then download its file.",
        request=None,
        responses={201: ExportSerializer},
    )
    @report.mapping.post
    def ask_for_report(self, request: Request, exam: str, pk: str) -> Response:
        made = services.request_report(user=self.person, session=self._session(pk))
        return Response(ExportSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Stop watching, or end the attempt, with a reason", request=StopInput, responses={204: None})
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, exam: str, pk: str) -> Response:
        session = self._session(pk)
        wanted = StopInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        services.stop_by_proctor(user=self.person, session_id=session.pk, **wanted.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Say what the record of a session comes to", request=ReviewInput, responses={204: None})
    @action(detail=True, methods=["post"])
    def review(self, request: Request, exam: str, pk: str) -> Response:
        session = self._session(pk)
        wanted = ReviewInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        services.review_session(self.person, session.pk, **wanted.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _session(self, pk: str) -> Session:
        session: Session = self.row_or_404(self.sessions(self.exam_or_404()), pk=UUID(pk))
        return session


@extend_schema(tags=["Sessions and events"])
class EventViewSet(GivesFiles, WatchedExam):
    serializer_class = EventSerializer
    lookup_value_regex = "[0-9]{1,18}"
    file_actions = frozenset({"snapshot"})

    @extend_schema(
        summary="List the events of all sessions of an exam, the newest first",
        parameters=[
            OpenApiParameter("ledger", OpenApiTypes.STR, enum=Event.Ledger.values),
            OpenApiParameter("event", OpenApiTypes.STR, description="Such as PHONE_DETECTED."),
        ],
    )
    def list(self, request: Request, exam: str) -> Response:
        found = self.exam_or_404()
        rows = self._events(found).order_by("-unix_ms", "-pk")
        ledger, name = request.query_params.get("ledger"), request.query_params.get("event")
        if ledger is not None:
            if ledger not in Event.Ledger.values:
                raise ValidationError({"ledger": f"“{ledger[:40]}” is no ledger."})
            rows = rows.filter(ledger=ledger)
        if name is not None:
            if "\0" in name or len(name) > 48:
                raise ValidationError({"event": "There is no event of such a name."})
            rows = rows.filter(name=name)
        return self.get_paginated_response(self.event_data(self.paginate_queryset(rows), found))

    @extend_schema(
        summary="Confirm or dismiss an event, or take that back", request=VerdictInput, responses={204: None}
    )
    @action(detail=True, methods=["post"])
    def verdict(self, request: Request, exam: str, pk: str) -> Response:
        event: Event = self.row_or_404(self._events(self.exam_or_404()), pk=int(pk))
        wanted = VerdictInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        services.judge_event(self.person, event.session_id, event.pk, **wanted.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Fetch the picture kept with an event", responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def snapshot(self, request: Request, exam: str, pk: str) -> HttpResponse:
        event: Event = self.row_or_404(self._events(self.exam_or_404()), pk=int(pk))
        if not event.snapshot or event.snapshot_deleted_at is not None:
            raise NotFound("No picture is kept with this event, or none any more.")
        try:
            jpeg = snapshots.read(event.snapshot)
        except FileNotFoundError:
            raise NotFound("This picture is missing.") from None
        return picture(jpeg, cache=HEADERS["Cache-Control"])

    def _events(self, exam: Exam) -> QuerySet[Event]:
        return selectors.visible_events(self.person).filter(session__exam=exam).prefetch_related("verdicts")


@extend_schema(tags=["Sessions and events"])
class ExportViewSet(GivesFiles, WatchedExam):
    """Everybody's own: who asked for an export downloads it, for a day, as long as they may see the exam."""

    serializer_class = ExportSerializer
    lookup_value_regex = UUID_PATTERN
    file_actions = frozenset({"file"})

    @extend_schema(summary="List your own exports of an exam")
    def list(self, request: Request, exam: str) -> Response:
        rows = self._exports(self.exam_or_404()).order_by("-created_at", "pk")
        shown = [exam_export.judged(export) for export in self.paginate_queryset(rows) or ()]
        return self.get_paginated_response(ExportSerializer(shown, many=True).data)

    @extend_schema(summary="Ask for an export of all sessions", request=ExportInput, responses={201: ExportSerializer})
    def create(self, request: Request, exam: str) -> Response:
        found = self.exam_or_404()
        wanted = ExportInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        made = services.request_export(user=self.person, exam=found, format=wanted.validated_data["format"])
        return Response(ExportSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="See how far an export is")
    def retrieve(self, request: Request, exam: str, pk: str) -> Response:
        return Response(ExportSerializer(self._export(pk)).data)

    @extend_schema(
        summary="Download an export that is ready",
        responses={
            (200, "text/csv"): OpenApiTypes.BINARY,
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "application/pdf"): OpenApiTypes.BINARY,
        },
    )
    @action(detail=True, methods=["get"])
    def file(self, request: Request, exam: str, pk: str) -> FileResponse:
        export = self._export(pk)
        if export.state == Export.State.FAILED:
            raise services.ExportNotReady(export.error)
        if export.state != Export.State.READY:
            raise services.ExportNotReady
        try:
            return export_response(export)
        except FileNotFoundError:
            raise NotFound("The file is gone: it is deleted a day after it was asked for. Ask for another.") from None

    def _export(self, pk: str) -> Export:
        export: Export = self.row_or_404(self._exports(self.exam_or_404()), pk=UUID(pk))
        return exam_export.judged(export)

    def _exports(self, exam: Exam) -> QuerySet[Export]:
        return selectors.visible_exports(self.person).filter(exam=exam)
