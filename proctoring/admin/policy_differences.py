"""Where a policy departs from the preset it was made from, and a preset from what it began with, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from proctoring.admin.policy_forms import LABELS, RULE_LABELS, values_of
from proctoring.models import ExamPolicy, PolicyPreset, RecordShown
from proctoring.presets import BUILT_IN
from proctoring.risk.policy import DEFAULT_RULES, Rule
from proctoring.services.policies import FIELDS, built_in_values, rules_of


@dataclass(frozen=True, slots=True)
class Difference:
    what: str
    here: str
    there: str


def from_preset(policy: ExamPolicy) -> list[Difference]:
    """The rules of both must be at hand. Empty without a preset."""
    if policy.preset is None:
        return []
    own = {name: getattr(policy, name) for name in FIELDS}
    return _differences(own, values_of(policy.preset), rules_of(policy), rules_of(policy.preset))


def from_built_in(preset: PolicyPreset) -> list[Difference]:
    built_in = BUILT_IN[preset.slug]
    rules = {**DEFAULT_RULES, **built_in.rules}
    return _differences(values_of(preset), built_in_values(preset.slug), rules_of(preset), rules)


def _differences(
    here: dict[str, Any], there: dict[str, Any], own: dict[str, Rule], other: dict[str, Rule]
) -> list[Difference]:
    found = [
        Difference(label, _shown(here[name]), _shown(there[name]))
        for name, label in LABELS.items()
        if here[name] != there[name]
    ]
    for event, rule in own.items():
        for name, label in RULE_LABELS.items():
            mine, theirs = getattr(rule, name), getattr(other[event], name)
            if mine != theirs:
                found.append(Difference(f"{event}: {label[0].lower()}{label[1:]}", _shown(mine), _shown(theirs)))
    return found


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return str(RecordShown(value).label)
    return f"{value:g}"
