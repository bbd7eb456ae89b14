"""Which policy holds for an exam and a candidate, and the presets that an institution makes its policies from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from exams.models import Exam, Institution, User
from proctoring.models import (
    LONGEST_KEEP_DAYS,
    SHORTEST_KEEP_DAYS,
    ExamPolicy,
    PolicyFields,
    PolicyPreset,
    PresetRule,
    RuleFields,
    Session,
)
from proctoring.presets import BUILT_IN, STANDARD
from proctoring.risk.policy import DEFAULT_RULES, Policy, Rule
from proctoring.services.accommodations import accommodate, granted_to

FIELDS = tuple(field.name for field in PolicyFields._meta.get_fields())
RULE_FIELDS = tuple(field.name for field in RuleFields._meta.get_fields())
# Of a policy's fields, those that say how long things are kept and when candidates see them; the engine has no use for
# them.
KEEP_FIELDS = tuple(name for name in FIELDS if name.startswith("keep_") and name.endswith("_days"))
PROMISED_FIELDS = (*KEEP_FIELDS, "record_shown")


def policy_for(exam: Exam | None, candidate: User | None = None) -> Policy:
    """The exam's numbers, with what was granted to the candidate. Practice runs have the standard ones."""
    if exam is None:
        return Policy()
    policy = policy_of(fields_for(exam))
    return policy if candidate is None else accommodate(policy, granted_to(candidate, exam))


def fields_for(exam: Exam | None) -> ExamPolicy | PolicyPreset:
    """The exam's own policy, else its institution's standard, else the built-in one; with the rules at hand."""
    if exam is None:
        return ExamPolicy()
    own = ExamPolicy.objects.filter(exam=exam).prefetch_related("rules").first()
    if own is not None:
        return own
    standard = PolicyPreset.objects.filter(institution=exam.institution_id, slug=STANDARD.slug)
    return standard.prefetch_related("rules").first() or ExamPolicy()


def is_watched(exam: Exam) -> bool:
    return bool(values_for(exam, "watched")["watched"])


def values_for(exam: Exam, *names: str) -> dict[str, Any]:
    """Some of what ``fields_for(exam)`` says, for pages that a thousand people open at once and that need no more."""
    own = ExamPolicy.objects.filter(exam=exam)
    standard = PolicyPreset.objects.filter(institution=exam.institution_id, slug=STANDARD.slug)
    for rows in (own, standard):
        found: dict[str, Any] | None = rows.values(*names).first()
        if found is not None:
            return found
    return {name: getattr(ExamPolicy(), name) for name in names}


def promised(exam: Exam | None) -> dict[str, Any]:
    """How long what a session records is kept and when its candidate sees it, by the fields' names; nothing for what
    belongs to no exam."""
    return {} if exam is None else values_for(exam, *PROMISED_FIELDS)


def kept_until(session: Session, *names: str) -> dict[str, datetime]:
    """When what an ended session of an exam recorded is deleted, as ``proctoring.evidence.retention`` does it; by names
    such as ``keep_events_days``."""
    assert session.exam is not None
    assert session.ended_at is not None
    until = {}
    for name, days in values_for(session.exam, *names).items():
        said: int | None = getattr(session, name)
        kept = min(max(days if said is None else min(days, said), SHORTEST_KEEP_DAYS), LONGEST_KEEP_DAYS)
        until[name] = session.ended_at + timedelta(days=kept)
    return until


def policy_of(fields: ExamPolicy | PolicyPreset) -> Policy:
    values = {name: getattr(fields, name) for name in FIELDS if name not in PROMISED_FIELDS}
    return Policy(rules=rules_of(fields), **values)


def rules_of(fields: ExamPolicy | PolicyPreset) -> dict[str, Rule]:
    """The whole risk table; what has no row of its own is as by default."""
    rows: Iterable[RuleFields] = fields.rules.all() if fields.pk is not None else ()
    own = {row.event: Rule(**{name: getattr(row, name) for name in RULE_FIELDS}) for row in rows}
    return {**DEFAULT_RULES, **own}


@transaction.atomic
def ensure_presets(institution: Institution) -> None:
    """Make those of the four that the institution lacks. For every institution there is, when it is made."""
    there = set(PolicyPreset.objects.filter(institution=institution).values_list("slug", flat=True))
    for slug, built_in in BUILT_IN.items():
        if slug not in there:
            reset_preset(PolicyPreset(institution=institution, slug=slug, name=built_in.name))


@transaction.atomic
def reset_preset(preset: PolicyPreset) -> None:
    """Fill it with what stands in ``proctoring.presets``. Policies that were made from it stay as they are."""
    built_in = BUILT_IN[preset.slug]
    preset.name = built_in.name
    for name, value in built_in_values(preset.slug).items():
        setattr(preset, name, value)
    preset.save()
    preset.rules.all().delete()
    PresetRule.objects.bulk_create(PresetRule(preset=preset, **asdict(rule)) for rule in built_in.rules.values())


def built_in_values(slug: str) -> dict[str, Any]:
    """Every field of a preset as it is before anybody changes it."""
    standard = ExamPolicy()
    return {name: getattr(standard, name) for name in FIELDS} | dict(BUILT_IN[slug].fields)
