"""How an exam is watched: read by its staff, written by those who write the exam."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from exams.api.exact import ExactSerializer
from exams.api.fields import FiniteField
from exams.api.staff.base import StaffViewSet
from exams.models import Exam
from exams.roles import EDITORS, STAFF
from proctoring.models import ExamPolicy, PolicyPreset, PolicyRule
from proctoring.risk.policy import DEFAULT_RULES
from proctoring.services.policies import ensure_presets, fields_for, rules_of

FIELDS = (
    "watched", "frames_per_second", "phone_every", "away_yaw_degrees", "away_pitch_degrees", "away_eyes",
    "count_hidden", "count_blurred", "require_fullscreen", "restrict_clipboard", "keep_snapshots",
    "keep_pictures_days", "keep_events_days", "keep_answers_days", "record_shown",
)  # fmt: skip


class RuleSerializer(ExactSerializer):
    event = serializers.ChoiceField(choices=list(DEFAULT_RULES))
    enabled = serializers.BooleanField(default=True)
    hold_seconds = FiniteField(min_value=0, max_value=600)
    delta = serializers.IntegerField(min_value=0, max_value=1000)
    permanent = serializers.BooleanField(default=False)
    cooldown_seconds = FiniteField(min_value=0, max_value=3600)


class PolicySerializer(ExactSerializer, serializers.ModelSerializer[ExamPolicy]):
    away_yaw_degrees = FiniteField(min_value=5, max_value=180, required=False)
    away_pitch_degrees = FiniteField(min_value=5, max_value=180, required=False)
    rules: Any = serializers.ListSerializer(child=RuleSerializer(), required=False, max_length=len(DEFAULT_RULES))

    class Meta:
        model = ExamPolicy
        fields = (*FIELDS, "rules")


class PresetInput(ExactSerializer):
    preset = serializers.ChoiceField(choices=PolicyPreset.Slug.choices)


@extend_schema(tags=["Policy"])
class PolicyViewSet(StaffViewSet):
    """Sessions that run keep the policy they began with."""

    serializer_class = PolicySerializer
    view_roles = STAFF
    edit_roles = EDITORS
    pagination_class = None

    @extend_schema(summary="Read how an exam is watched", responses=PolicySerializer)
    def show(self, request: Request, exam: str) -> Response:
        return self._answer(self.exam_or_404())

    @extend_schema(
        summary="Change how an exam is watched",
        description="Only what is sent changes; of the risk table, only the rules that are sent.",
        request=PolicySerializer,
        responses=PolicySerializer,
    )
    def change(self, request: Request, exam: str) -> Response:
        found = self.exam_or_404(change=True)
        sent: Any = request.data
        wanted = PolicySerializer(data=_without_rules(sent), partial=True)
        wanted.is_valid(raise_exception=True)
        rules = _rules(sent)
        chosen = wanted.validated_data
        with transaction.atomic():
            policy = self._own(found)
            for name in sent.keys() & chosen.keys():
                setattr(policy, name, chosen[name])
            policy.save()
            for rule in rules:
                event = rule.pop("event")
                PolicyRule.objects.update_or_create(policy=policy, event=event, defaults=rule)
        return self._answer(found)

    @extend_schema(summary="Make an exam's policy from a preset", request=PresetInput, responses=PolicySerializer)
    def from_preset(self, request: Request, exam: str) -> Response:
        found = self.exam_or_404(change=True)
        wanted = PresetInput(data=request.data)
        wanted.is_valid(raise_exception=True)
        with transaction.atomic():
            ensure_presets(found.institution)
            preset = PolicyPreset.objects.get(institution=found.institution, slug=wanted.validated_data["preset"])
            values = {name: getattr(preset, name) for name in FIELDS}
            policy, _ = ExamPolicy.objects.update_or_create(exam=found, defaults={**values, "preset": preset})
            _write_rules(policy, preset)
        return self._answer(found)

    def _own(self, exam: Exam) -> ExamPolicy:
        """The exam's own policy, made from what it follows until now."""
        policy = ExamPolicy.objects.select_for_update().filter(exam=exam).first()
        if policy is None:
            followed = fields_for(exam)
            policy = ExamPolicy.objects.create(exam=exam, **{name: getattr(followed, name) for name in FIELDS})
            if followed.pk is not None:
                _write_rules(policy, followed)
        return policy

    def _answer(self, exam: Exam) -> Response:
        fields = fields_for(exam)
        data = {name: getattr(fields, name) for name in FIELDS}
        rules = RuleSerializer(list(rules_of(fields).values()), many=True).data
        return Response({**data, "rules": rules})


def _without_rules(data: Any) -> Any:
    return {name: value for name, value in data.items() if name != "rules"} if isinstance(data, dict) else data


def _rules(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Each as a whole, though of the policy only some may be sent."""
    wanted: Any = serializers.ListSerializer(
        child=RuleSerializer(), data=data.get("rules", []), max_length=len(DEFAULT_RULES)
    )
    if not wanted.is_valid():
        raise ValidationError({"rules": wanted.errors})
    rules = [dict(rule) for rule in wanted.validated_data]
    names = [rule["event"] for rule in rules]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValidationError({"rules": f"There are two rules for {twice}."})
    return rules


def _write_rules(policy: ExamPolicy, source: ExamPolicy | PolicyPreset) -> None:
    policy.rules.all().delete()
    PolicyRule.objects.bulk_create(
        PolicyRule(
            policy=policy,
            event=rule.event,
            enabled=rule.enabled,
            hold_seconds=rule.hold_seconds,
            delta=rule.delta,
            permanent=rule.permanent,
            cooldown_seconds=rule.cooldown_seconds,
        )
        for rule in source.rules.all()
    )
