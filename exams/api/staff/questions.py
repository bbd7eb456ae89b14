"""The questions of an exam: sections, pools, and each question as one whole that is read and written together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from exams import selectors
from exams.api.exact import ExactSerializer
from exams.api.fields import NumberField, PointsField, SafeCharField
from exams.api.staff.base import LARGEST_ID, StaffViewSet
from exams.errors import VersionFrozen, WrongState
from exams.item_of import item_of
from exams.items import MAX_CHOICE, MAX_CHOICES, MAX_NAME, MAX_TEXT, Item, ItemChoice, Kind, check
from exams.models import Exam, ExamVersion, Pool, Question, Section
from exams.roles import EDITORS
from exams.services import authoring
from exams.services.items import hold_draft, rewrite_item, write_item
from exams.services.versions import existing_draft, newest_version

VERSION = OpenApiParameter("version", OpenApiTypes.INT, description="The number of a version; the newest without it.")


class ChoiceSerializer(ExactSerializer):
    """By kind: an option; an accepted answer; a pair; an item at its right place."""

    text = SafeCharField(max_length=MAX_CHOICE, allow_blank=True, trim_whitespace=False)
    correct = serializers.BooleanField(default=False)
    credit = serializers.DecimalField(
        max_digits=8, decimal_places=5, min_value=Decimal(-100), max_value=Decimal(100), allow_null=True, default=None
    )
    match = SafeCharField(max_length=MAX_CHOICE, allow_blank=True, default="", trim_whitespace=False)
    feedback = SafeCharField(max_length=MAX_TEXT, allow_blank=True, default="", trim_whitespace=False)


class ItemSerializer(ExactSerializer):
    kind = serializers.ChoiceField(choices=Question.Kind.choices)
    name = SafeCharField(max_length=MAX_NAME, allow_blank=True, default="")
    text = SafeCharField(max_length=MAX_TEXT, trim_whitespace=False, help_text="Markdown, with $formulas$.")
    points = PointsField(default=Decimal(1))
    penalty = PointsField(default=Decimal(0))
    number = NumberField(allow_null=True, default=None)
    tolerance = NumberField(default=Decimal(0), min_value=Decimal(0))
    case_sensitive = serializers.BooleanField(default=False)
    shuffle = serializers.BooleanField(default=True)
    guidance = SafeCharField(max_length=MAX_TEXT, allow_blank=True, default="", trim_whitespace=False)
    feedback = SafeCharField(max_length=MAX_TEXT, allow_blank=True, default="", trim_whitespace=False)
    choices: Any = serializers.ListSerializer(child=ChoiceSerializer(), default=list, max_length=MAX_CHOICES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        problems = check(as_item(attrs))
        if problems:
            raise ValidationError({problem.field: problem.message for problem in problems})
        return attrs


class QuestionInput(ItemSerializer):
    passed_over = frozenset({"id", "uid"})  # a question that was read may be sent back, changed

    section = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, required=False, help_text="A section of the draft; its first without it."
    )
    pool = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, allow_null=True, required=False)
    position = serializers.IntegerField(
        min_value=1, max_value=100_000, required=False, help_text="The last without it."
    )


class QuestionSerializer(ItemSerializer):
    id = serializers.IntegerField()
    uid = serializers.UUIDField(help_text="The same in every version of the exam.")
    section = serializers.IntegerField()
    pool = serializers.IntegerField(allow_null=True)
    position = serializers.IntegerField()


class SectionSerializer(ExactSerializer, serializers.ModelSerializer[Section]):
    title = SafeCharField(max_length=200, allow_blank=True, required=False)
    text = SafeCharField(max_length=MAX_TEXT, allow_blank=True, required=False)
    position = serializers.IntegerField(min_value=1, max_value=100_000, required=False)

    class Meta:
        model = Section
        fields = ("id", "title", "text", "position")


class PoolSerializer(ExactSerializer, serializers.ModelSerializer[Pool]):
    name = SafeCharField(max_length=100)
    draw = serializers.IntegerField(min_value=1, max_value=100_000, help_text="How many each candidate gets.")
    section = serializers.IntegerField(source="section_id", min_value=1, max_value=LARGEST_ID)

    class Meta:
        model = Pool
        fields = ("id", "section", "name", "draw")


CHOICE_FIELDS = tuple(ItemChoice.__dataclass_fields__)
ITEM_FIELDS = tuple(name for name in Item.__dataclass_fields__ if name not in {"kind", "choices"})


def as_item(data: dict[str, Any]) -> Item:
    choices = tuple(ItemChoice(**choice) for choice in data["choices"])
    return Item(kind=Kind(data["kind"]), choices=choices, **{name: data[name] for name in ITEM_FIELDS})


def question_data(question: Question) -> dict[str, Any]:
    item = item_of(question)
    choices = [{name: getattr(choice, name) for name in CHOICE_FIELDS} for choice in item.choices]
    plain = {name: getattr(item, name) for name in ITEM_FIELDS}
    place = {"id": question.pk, "uid": question.uid, "section": question.section_id, "pool": question.pool_id}
    row = place | {"position": question.position, "kind": item.kind.value, "choices": choices} | plain
    data: dict[str, Any] = QuestionSerializer(row).data
    return data


class InExam(StaffViewSet):
    """What belongs to an exam's questions: for those who write them alone, as it tells the right answers."""

    view_roles = edit_roles = EDITORS
    pagination_class = None
    lookup_value_regex = "[0-9]{1,18}"

    def version(self, request: Request, exam: Exam) -> ExamVersion:
        wanted = request.query_params.get("version")
        if wanted is None:
            found = newest_version(exam)
        elif wanted.isascii() and wanted.isdecimal() and len(wanted) < 10:
            found = exam.versions.filter(number=int(wanted)).first()
        else:
            raise ValidationError({"version": "This must be the number of a version."})
        if found is None:
            raise NotFound("This exam has no such version.")
        return found

    def draft(self, exam: Exam) -> ExamVersion:
        draft = existing_draft(exam)
        if draft is None:
            raise VersionFrozen("The questions were published. Open a draft first: POST …/versions/revise/.")
        return draft

    def section(self, draft: ExamVersion, key: int | None) -> Section:
        sections = draft.sections.order_by("position", "pk")
        found = sections.first() if key is None else sections.filter(pk=key).first()
        if found is None:
            raise ValidationError({"section": "The draft has no such section."})
        return found


@extend_schema(tags=["Questions"])
class QuestionViewSet(InExam):
    serializer_class = QuestionSerializer

    @extend_schema(summary="List an exam's questions in their order", parameters=[VERSION])
    def list(self, request: Request, exam: str) -> Response:
        version = self.version(request, self.exam_or_404())
        return Response([question_data(question) for question in selectors.questions_of(version)])

    @extend_schema(summary="Read a question")
    def retrieve(self, request: Request, exam: str, pk: str) -> Response:
        return Response(question_data(self._question(self.exam_or_404(), pk)))

    @extend_schema(summary="Add a question to the draft", request=QuestionInput, responses={201: QuestionSerializer})
    @transaction.atomic
    def create(self, request: Request, exam: str) -> Response:
        draft = self.draft(self.exam_or_404(change=True))
        wanted = self._wanted(request)
        section = self.section(draft, wanted.get("section"))
        pool = self._pool(section, wanted.get("pool"))
        question = write_item(section, as_item(wanted), authoring.next_position(section.questions.all()), pool=pool)
        if wanted.get("position") is not None:
            authoring.place_question(question, section=section, pool=pool, position=wanted["position"])
        return Response(self._fresh(question), status=status.HTTP_201_CREATED)

    @extend_schema(summary="Write a question of the draft anew, whole", request=QuestionInput)
    @transaction.atomic
    def update(self, request: Request, exam: str, pk: str) -> Response:
        found = self.exam_or_404(change=True)
        question = self._question(found, pk)
        wanted = self._wanted(request)
        rewrite_item(question, as_item(wanted))
        section = self.section(question.section.version, wanted.get("section", question.section_id))
        pool = self._pool(section, wanted.get("pool", question.pool_id if section == question.section else None))
        authoring.place_question(question, section=section, pool=pool, position=wanted.get("position"))
        return Response(self._fresh(question))

    @extend_schema(summary="Delete a question of the draft", responses={204: None})
    @transaction.atomic
    def destroy(self, request: Request, exam: str, pk: str) -> Response:
        question = self._question(self.exam_or_404(change=True), pk)
        hold_draft(question.section.version_id)
        question.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _question(self, exam: Exam, pk: str) -> Question:
        rows = Question.objects.filter(section__version__exam=exam).select_related("section__version", "pool")
        question: Question = self.row_or_404(rows.prefetch_related("choices"), pk=int(pk))
        return question

    def _fresh(self, question: Question) -> dict[str, Any]:
        return question_data(Question.objects.prefetch_related("choices").get(pk=question.pk))

    def _wanted(self, request: Request) -> dict[str, Any]:
        wanted = QuestionInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        return dict(wanted.validated_data)

    def _pool(self, section: Section, key: int | None) -> Pool | None:
        if key is None:
            return None
        pool = section.pools.filter(pk=key).first()
        if pool is None:
            raise ValidationError({"pool": "The section has no such pool."})
        return pool


@extend_schema(tags=["Questions"])
class SectionViewSet(InExam):
    serializer_class = SectionSerializer

    @extend_schema(summary="List an exam's sections", parameters=[VERSION])
    def list(self, request: Request, exam: str) -> Response:
        version = self.version(request, self.exam_or_404())
        return Response(SectionSerializer(version.sections.order_by("position", "pk"), many=True).data)

    @extend_schema(summary="Add a section to the draft", responses={201: SectionSerializer})
    @transaction.atomic
    def create(self, request: Request, exam: str) -> Response:
        draft = hold_draft(self.draft(self.exam_or_404(change=True)).pk)
        wanted = SectionSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        position = wanted.validated_data.pop("position", None) or authoring.next_position(draft.sections.all())
        made = wanted.save(version=draft, position=position)
        return Response(SectionSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Change a section of the draft", request=SectionSerializer)
    @transaction.atomic
    def partial_update(self, request: Request, exam: str, pk: str) -> Response:
        section = self._section(self.exam_or_404(change=True), pk)
        wanted = SectionSerializer(section, data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        wanted.save()
        return Response(wanted.data)

    @extend_schema(summary="Delete a section of the draft with its questions", responses={204: None})
    @transaction.atomic
    def destroy(self, request: Request, exam: str, pk: str) -> Response:
        section = self._section(self.exam_or_404(change=True), pk)
        if section.version.sections.count() == 1:
            raise WrongState("An exam has at least one section. Change this one instead.")
        section.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _section(self, exam: Exam, pk: str) -> Section:
        rows: QuerySet[Section] = Section.objects.filter(version__exam=exam).select_related("version")
        section: Section = self.row_or_404(rows, pk=int(pk))
        hold_draft(section.version_id)
        return section


@extend_schema(tags=["Questions"])
class PoolViewSet(InExam):
    serializer_class = PoolSerializer

    @extend_schema(summary="List an exam's pools", parameters=[VERSION])
    def list(self, request: Request, exam: str) -> Response:
        pools = Pool.objects.filter(section__version=self.version(request, self.exam_or_404()))
        return Response(PoolSerializer(pools.order_by("section__position", "section", "name"), many=True).data)

    @extend_schema(summary="Add a pool to a section of the draft", responses={201: PoolSerializer})
    def create(self, request: Request, exam: str) -> Response:
        draft = self.draft(self.exam_or_404(change=True))
        wanted = PoolSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        section = self.section(draft, wanted.validated_data["section_id"])
        pool = Pool(section=section, name=wanted.validated_data["name"], draw=wanted.validated_data["draw"])
        return Response(PoolSerializer(self._kept(pool)).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Change a pool of the draft", request=PoolSerializer)
    def partial_update(self, request: Request, exam: str, pk: str) -> Response:
        pool = self._pool(self.exam_or_404(change=True), pk)
        wanted = PoolSerializer(pool, data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        pool.name = wanted.validated_data.get("name", pool.name)
        pool.draw = wanted.validated_data.get("draw", pool.draw)
        return Response(PoolSerializer(self._kept(pool)).data)

    @extend_schema(
        summary="Delete a pool of the draft; its questions stay in the section, for everybody", responses={204: None}
    )
    @transaction.atomic
    def destroy(self, request: Request, exam: str, pk: str) -> Response:
        pool = self._pool(self.exam_or_404(change=True), pk)
        hold_draft(pool.section.version_id)
        pool.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _pool(self, exam: Exam, pk: str) -> Pool:
        rows = Pool.objects.filter(section__version__exam=exam).select_related("section__version")
        pool: Pool = self.row_or_404(rows, pk=int(pk))
        return pool

    def _kept(self, pool: Pool) -> Pool:
        try:
            with transaction.atomic():
                hold_draft(pool.section.version_id)
                pool.save()
        except IntegrityError:
            raise ValidationError({"name": "The section has a pool of this name already."}) from None
        return pool
