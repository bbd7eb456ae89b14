"""Questions in and out as files: looked at first, then imported whole, large ones in the background; written in each
format there is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from exams import question_files
from exams.api.exact import ExactSerializer
from exams.api.fields import IdField
from exams.api.files import HEADERS, GivesFiles
from exams.api.staff.base import UUID_PATTERN, StaffViewSet
from exams.api.staff.questions import VERSION, InExam
from exams.errors import VersionFrozen
from exams.interchange.base import MAX_BYTES, ParsedItem
from exams.interchange.formats import FORMATS, Format, detect
from exams.items import Kind
from exams.models import Exam, QuestionImport
from exams.roles import EDITORS
from exams.services import importing, pending_imports, question_imports
from exams.services.pending_imports import NoLongerThere, PendingImport

FORMAT_NAMES = list(FORMATS)


class LineSerializer(serializers.Serializer[Any]):
    """A question of the file. ``problems`` say why it is left out, or what of it is not taken over."""

    number = serializers.IntegerField()
    line = serializers.IntegerField()
    title = serializers.CharField(allow_blank=True, help_text="Its name, or how its text begins.")
    section = serializers.CharField(allow_blank=True)
    outcome = serializers.ChoiceField(choices=["import", "import_with_loss", "left_out"])
    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind], allow_null=True)
    problems = serializers.ListField(child=serializers.CharField())


class ImportSerializer(serializers.ModelSerializer[QuestionImport]):
    """``notes`` and ``questions`` are there while the file is ``checked``."""

    exam = serializers.IntegerField(source="exam_id")
    format = serializers.ChoiceField(choices=FORMAT_NAMES)
    done = serializers.SerializerMethodField(help_text="How far it is, of the total.")
    imported = serializers.SerializerMethodField(help_text="Questions that were; null until it is done.")
    notes = serializers.SerializerMethodField()
    questions = serializers.SerializerMethodField()

    class Meta:
        model = QuestionImport
        fields = (
            "id",
            "exam",
            "file_name",
            "format",
            "state",
            "done",
            "total",
            "error",
            "created_at",
            "possible",
            "pictures",
            "imported",
            "notes",
            "questions",
        )
        read_only_fields = fields

    @property
    def content(self) -> PendingImport | None:
        return self.context.get("content")

    def get_done(self, row: QuestionImport) -> int:
        return question_imports.progress_of(row)

    def get_imported(self, row: QuestionImport) -> int | None:
        return row.imported if row.state == QuestionImport.State.DONE else None

    def get_notes(self, row: QuestionImport) -> list[str]:
        return [] if self.content is None else self.content.result.notes

    @extend_schema_field(LineSerializer(many=True))
    def get_questions(self, row: QuestionImport) -> list[dict[str, Any]]:
        items = [] if self.content is None else self.content.result.items
        return [_line(number, parsed) for number, parsed in enumerate(items, start=1)]


class ImportInput(serializers.Serializer[None]):
    file = serializers.FileField(help_text="Moodle XML (with pictures), GIFT or CSV, 10 MiB at most.")
    format = serializers.ChoiceField(choices=FORMAT_NAMES, required=False, help_text="Found out without it.")


class ConfirmInput(ExactSerializer):
    section = IdField(
        required=False, allow_null=True, help_text="Of the draft. Without it, the sections that the file names."
    )


class LossSerializer(serializers.Serializer[Any]):
    what = serializers.CharField()
    questions = serializers.IntegerField()


class FormatSerializer(serializers.Serializer[Any]):
    format = serializers.ChoiceField(choices=FORMAT_NAMES)
    name = serializers.CharField()
    losses = LossSerializer(many=True, help_text="What of these questions the format cannot hold.")


def _line(number: int, parsed: ParsedItem) -> dict[str, Any]:
    possible = "import_with_loss" if parsed.problems else "import"
    return {
        "number": number,
        "line": parsed.line,
        "title": parsed.label,
        "section": parsed.section,
        "outcome": "left_out" if parsed.item is None else possible,
        "kind": None if parsed.item is None else parsed.item.kind.value,
        "problems": parsed.problems,
    }


@extend_schema(tags=["Questions"])
class QuestionImportViewSet(StaffViewSet):
    """Kept for a day, for who uploaded it alone.

    A file of 128 KiB at most with up to two pictures is ``checked`` in the answer to its upload. Any other is
    ``waiting``, then ``reading``: read it again until it is ``checked``, or ``failed`` with an ``error``. Confirmed, up
    to 200 questions with up to 20 pictures are imported in the answer, whose state is ``done``; more are ``confirmed``
    (the answer's status is 202), then ``importing``: read it again until it is ``done``, or ``checked`` as before, with
    an ``error``. Confirmed again, it answers as it is, and imports nothing twice.
    """

    serializer_class = ImportSerializer
    view_roles = edit_roles = EDITORS
    pagination_class = None
    lookup_value_regex = UUID_PATTERN

    @extend_schema(
        summary="Check a file of questions: what would come of each, nothing written; a large one in the background",
        request={"multipart/form-data": ImportInput},
        responses={201: ImportSerializer},
    )
    def create(self, request: Request, exam: str) -> Response:
        found = self._open_exam()
        wanted = ImportInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        file = wanted.validated_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError({"file": f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB. Split it."})
        data, name = file.read(), file.name or "questions"
        format = FORMATS.get(wanted.validated_data.get("format", "")) or detect(data, name)
        row = question_imports.upload(exam=found, by=self.person, file_name=name, data=data, format=format)
        return Response(self._told(row), status=status.HTTP_201_CREATED)

    @extend_schema(summary="Read again what would come of a file, and how far it is", responses=ImportSerializer)
    def retrieve(self, request: Request, exam: str, pk: str) -> Response:
        return Response(self._told(self._import(self.exam_or_404(), pk)))

    @extend_schema(
        summary="Import the questions of a checked file, all that can be or none; once; many in the background",
        request=ConfirmInput,
        responses={200: ImportSerializer, 202: ImportSerializer},
    )
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, exam: str, pk: str) -> Response:
        row = self._import(self.exam_or_404(change=True), pk)
        if row.state != QuestionImport.State.DONE:
            self._open_exam()
        wanted = ConfirmInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        section = wanted.validated_data.get("section")
        try:
            row = question_imports.confirm(row, section_id=section)
        except NoLongerThere as gone:  # given up this very moment
            raise NotFound(gone.message, code=gone.code) from None
        return Response(self._told(row), status=status.HTTP_202_ACCEPTED if row.goes_on else status.HTTP_200_OK)

    @extend_schema(summary="Forget a file of which nothing was imported", responses={204: None})
    def destroy(self, request: Request, exam: str, pk: str) -> Response:
        question_imports.give_up(self._import(self.exam_or_404(change=True), pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def get_parsers(self) -> list[Any]:
        return [MultiPartParser()] if getattr(self, "action_map", {}).get("post") == "create" else super().get_parsers()

    def _open_exam(self) -> Exam:
        """Before the file is read: whether its questions could come in at all."""
        exam = self.exam_or_404(change=True)
        try:
            importing.refuse_closed(exam)
        except VersionFrozen:
            raise VersionFrozen("The questions were published. Open a draft first: POST …/versions/revise/.") from None
        return exam

    def _import(self, exam: Exam, pk: str) -> QuestionImport:
        try:
            return question_imports.find(exam=exam, by=self.person, import_id=UUID(pk))
        except NoLongerThere as gone:
            raise NotFound(gone.message, code=gone.code) from None

    def _told(self, row: QuestionImport) -> Any:
        try:
            content = pending_imports.content_of(row) if row.state == QuestionImport.State.CHECKED else None
        except NoLongerThere as gone:
            raise NotFound(gone.message, code=gone.code) from None
        return ImportSerializer(row, context={"content": content}).data


@extend_schema(tags=["Questions"])
class QuestionExportViewSet(GivesFiles, InExam):
    serializer_class = FormatSerializer
    lookup_value_regex = "|".join(FORMAT_NAMES)
    file_actions = frozenset({"retrieve"})

    @extend_schema(
        summary="List the formats questions come in, and what each would lose",
        parameters=[VERSION],
        responses=FormatSerializer(many=True),
    )
    def list(self, request: Request, exam: str) -> Response:
        entries = question_files.entries_of(self.version(request, self.exam_or_404()))
        rows = [
            {
                "format": format.name,
                "name": format.label,
                "losses": [
                    {"what": what, "questions": number} for what, number in question_files.losses(format, entries)
                ],
            }
            for format in FORMATS.values()
        ]
        return Response(FormatSerializer(rows, many=True).data)

    @extend_schema(
        summary="Download an exam's questions as a file",
        parameters=[VERSION, OpenApiParameter("id", OpenApiTypes.STR, OpenApiParameter.PATH, enum=FORMAT_NAMES)],
        responses={(200, each.content_type.partition(";")[0]): OpenApiTypes.BINARY for each in FORMATS.values()},
    )
    def retrieve(self, request: Request, exam: str, pk: str) -> HttpResponse:
        version = self.version(request, self.exam_or_404())
        format: Format = FORMATS[pk]
        name = question_files.name_of(version, format)
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(question_files.written(version, format), content_type=format.content_type, headers=headers)
