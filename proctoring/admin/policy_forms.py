"""The form of a policy and its risk table, as an exam's own and as a preset. Either may be filled from a preset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import HiddenInput, ModelForm
from django.forms.models import BaseInlineFormSet
from unfold.widgets import UnfoldAdminTextInputWidget

from proctoring.models import ExamPolicy, PolicyPreset, RuleFields
from proctoring.risk.policy import DEFAULT_RULES, FULLSCREEN_LEFT, USES_NO_COOLDOWN, USES_NO_HOLD, Rule
from proctoring.services.policies import FIELDS, rules_of

LABELS = {
    "watched": "Watched",
    "frames_per_second": "Pictures a second",
    "phone_every": "Look for a phone every … pictures",
    "away_yaw_degrees": "Head to the side (degrees)",
    "away_pitch_degrees": "Head up (degrees)",
    "away_eyes": "Eyes aside (share of their width)",
    "count_hidden": "Hidden page counts",
    "count_blurred": "Another window in front counts",
    "require_fullscreen": "Ask for full screen",
    "restrict_clipboard": "No copy and paste",
    "keep_snapshots": "Keep pictures of events",
    "keep_pictures_days": "Keep pictures (days)",
    "keep_events_days": "Keep the event log (days)",
    "keep_answers_days": "Keep answers (days)",
    "record_shown": "Candidates see what was recorded of them",
}
RULE_LABELS = {
    "enabled": "Counts",
    "hold_seconds": "Once it held more than … seconds",
    "delta": "Adds to the risk",
    "permanent": "Never fades",
    "cooldown_seconds": "Again after … seconds",
}


def values_of(preset: PolicyPreset) -> dict[str, Any]:
    return {name: getattr(preset, name) for name in FIELDS}


HELP = {
    "away_yaw_degrees": "From each candidate’s own calibrated position, never from a fixed one; as for all three.",
}


class PolicyForm(ModelForm):  # type: ignore[type-arg]
    """``start_from``: the preset whose values the form shows instead of the policy's own, until it is saved."""

    start_from: PolicyPreset | None = None

    class Meta:
        labels = LABELS
        help_texts = HELP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if self.start_from is not None:
            filled = values_of(self.start_from) | {"preset": self.start_from.pk}
            kwargs["initial"] = {**(kwargs.get("initial") or {}), **filled}
        super().__init__(*args, **kwargs)


class ExamPolicyForm(PolicyForm):
    class Meta(PolicyForm.Meta):
        model = ExamPolicy
        widgets = {"preset": HiddenInput}
        fields = ("exam", "preset", *FIELDS)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        preset, exam = data.get("preset"), data.get("exam") or getattr(self.instance, "exam", None)
        if preset is not None and exam is not None and preset.institution_id != exam.institution_id:
            raise ValidationError("This preset belongs to another institution. Choose one of the exam’s own.")
        return data


class RuleForm(ModelForm):  # type: ignore[type-arg]
    class Meta:
        labels = RULE_LABELS


class RuleFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Always the whole table: rows that were changed from the database, the others with their defaults.

    A row left at its default is not stored, so that a default which changes later changes there too. ``start_from``
    is for showing only: what is posted is compared with what is stored.
    """

    start_from: PolicyPreset | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        stored = set(instance.rules.values_list("event", flat=True)) if instance and instance.pk else set()
        self._shown: Mapping[str, Rule] = {} if self.start_from is None else rules_of(self.start_from)
        rows = [self._shown.get(name, rule) for name, rule in DEFAULT_RULES.items() if name not in stored]
        kwargs["initial"] = [asdict(rule) for rule in rows]
        self.extra = len(rows)
        super().__init__(*args, **kwargs)

    def add_fields(self, form: ModelForm[RuleFields], index: int | None) -> None:
        super().add_fields(form, index)
        event = form.get_initial_for_field(form.fields["event"], "event") or ""
        if event in self._shown:
            form.initial.update(asdict(self._shown[event]))
        form.fields["event"].disabled = True  # the row's name; nobody posts another
        form.fields["event"].widget = UnfoldAdminTextInputWidget(attrs={"size": 17})
        for name, useless in (("hold_seconds", USES_NO_HOLD), ("cooldown_seconds", USES_NO_COOLDOWN)):
            if event in useless:
                form.fields[name].disabled = True
                form.initial[name] = getattr(DEFAULT_RULES[event], name)
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = f"{event}: {field.label}"

    def save_existing(self, form: ModelForm[RuleFields], obj: Any, commit: bool = True) -> Any:
        row = super().save_existing(form, obj, commit=commit)
        if commit and all(getattr(row, name) == value for name, value in asdict(DEFAULT_RULES[row.event]).items()):
            row.delete()
        return row

    def clean(self) -> None:
        """What the page never asks for cannot be left."""
        super().clean()
        if getattr(self.instance, "require_fullscreen", True):
            return
        for form in self.forms:
            row = getattr(form, "cleaned_data", {})
            if row.get("event") == FULLSCREEN_LEFT and row.get("enabled"):
                form.add_error(
                    "enabled", "Counts only where the page asks for full screen: tick that above, or untick this."
                )
