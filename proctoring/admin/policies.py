"""How an exam is watched: the risk table with its defaults, one row a rule, and how long everything is kept."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from exams.scoped_admin import EDITORS, ScopedModelAdmin, ScopedTabularInline
from proctoring.models import ExamPolicy, PolicyRule
from proctoring.risk.policy import DEFAULT_RULES, Rule


def default_row(rule: Rule) -> dict[str, Any]:
    return {
        "event": rule.event,
        "enabled": rule.enabled,
        "hold_seconds": rule.hold_seconds,
        "delta": rule.delta,
        "permanent": rule.permanent,
        "cooldown_seconds": rule.cooldown_seconds,
    }


class PolicyForm(ModelForm):  # type: ignore[type-arg]
    class Meta:
        labels = {
            "phone_every": "Look for a phone every … pictures",
            "away_yaw_degrees": "Head to the side (degrees)",
            "away_pitch_degrees": "Head up (degrees)",
            "away_eyes": "Eyes aside (share of their width)",
            "keep_pictures_days": "Keep pictures (days)",
            "keep_events_days": "Keep the event log (days)",
            "keep_answers_days": "Keep answers (days)",
        }


class RuleForm(ModelForm):  # type: ignore[type-arg]
    class Meta:
        labels = {
            "hold_seconds": "Once it held more than … seconds",
            "delta": "Adds to the risk",
            "permanent": "Never fades",
            "cooldown_seconds": "Again after … seconds",
        }


class RuleFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Always the whole table: rows the exam has changed from the database, the others with their defaults.

    A row left at its default is not stored, so that a default which changes later changes for that exam too.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        stored = set(instance.rules.values_list("event", flat=True)) if instance and instance.pk else set()
        kwargs["initial"] = [default_row(rule) for name, rule in DEFAULT_RULES.items() if name not in stored]
        self.extra = len(kwargs["initial"])
        super().__init__(*args, **kwargs)

    def add_fields(self, form: ModelForm[PolicyRule], index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["event"].disabled = True  # the row's name; nobody posts another
        event = form.get_initial_for_field(form.fields["event"], "event") or ""
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = f"{event}: {field.label}"


class RuleInline(ScopedTabularInline):
    model = PolicyRule
    form = RuleForm
    formset = RuleFormSet
    edit_roles = EDITORS
    institution_path = "exam__institution"
    fields = ("event", "enabled", "hold_seconds", "delta", "permanent", "cooldown_seconds")
    verbose_name_plural = "the risk table"
    max_num = len(DEFAULT_RULES)
    min_num = 0
    can_delete = False

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        stored = obj.rules.count() if obj is not None else 0
        return len(DEFAULT_RULES) - int(stored)


@admin.register(ExamPolicy)
class ExamPolicyAdmin(ScopedModelAdmin):
    form = PolicyForm
    edit_roles = delete_roles = EDITORS
    institution_path = "exam__institution"
    list_display = ("exam", "frames_per_second", "changed_rules", "keep_pictures_days", "keep_events_days")
    list_select_related = ("exam__institution",)
    search_fields = ("exam__title",)
    inlines = (RuleInline,)
    fieldsets = (
        (
            None,
            {
                "fields": ("exam", "frames_per_second", "phone_every"),
                "description": "A change counts for sessions that begin after it; those that run keep their rules.",
            },
        ),
        (
            "Looking away",
            {
                "fields": ("away_yaw_degrees", "away_pitch_degrees", "away_eyes"),
                "description": "Measured from each candidate's own calibrated position, never from a fixed one.",
            },
        ),
        ("How long it is kept", {"fields": ("keep_pictures_days", "keep_events_days", "keep_answers_days")}),
    )

    @admin.display(description="Rules that differ")
    def changed_rules(self, policy: ExamPolicy) -> str:
        return ", ".join(rule.event for rule in policy.rules.all()) or "none"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("rules")
