"""An exam that is made as a copy of another is watched as that one is."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from exams.models import Exam
from exams.signals import copied
from proctoring.models import ExamPolicy, PolicyRule
from proctoring.services.policies import FIELDS, RULE_FIELDS


@receiver(copied, dispatch_uid="policy_of_a_copied_exam")
def copy_policy(exam: Exam, copy: Exam, **_: Any) -> None:
    """An exam without a policy of its own follows its institution's standard, and so does its copy."""
    policy = ExamPolicy.objects.filter(exam=exam).prefetch_related("rules").first()
    if policy is None:
        return
    values = {name: getattr(policy, name) for name in FIELDS}
    own = ExamPolicy.objects.create(exam=copy, preset=policy.preset, **values)
    rules = [{name: getattr(rule, name) for name in RULE_FIELDS} for rule in policy.rules.all()]
    PolicyRule.objects.bulk_create(PolicyRule(policy=own, **rule) for rule in rules)
