"""Enrolling people in exams, and taking them off again while that costs them nothing."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from exams.errors import WrongState
from exams.models import Attempt, Enrolment, Exam, User


def enrol(*, exam: Exam, candidate: User) -> Enrolment:
    """Again changes nothing. The caller has made sure that the person belongs to the institution."""
    return Enrolment.objects.get_or_create(exam=exam, candidate=candidate)[0]


@transaction.atomic
def take_off(enrolments: Collection[Enrolment]) -> None:
    """All of them or none. Raises WrongState for somebody who has begun: without it they could not go on."""
    refuse_begun(enrolments)
    Enrolment.objects.filter(pk__in=[each.pk for each in enrolments]).delete()


def refuse_begun(enrolments: Collection[Enrolment]) -> None:
    """Within a transaction: until it ends, none of those can begin. Raises WrongState."""
    rows = Enrolment.objects.select_for_update(of=("self",)).filter(pk__in=[each.pk for each in enrolments])
    held = list(rows.select_related("candidate").order_by("pk"))
    pairs = {(each.exam_id, each.candidate_id): each.candidate.display_name for each in held}
    attempts = Attempt.objects.filter(
        exam__in={exam for exam, _ in pairs}, candidate__in={candidate for _, candidate in pairs}
    )
    begun = sorted({pairs[pair] for pair in attempts.values_list("exam", "candidate") if pair in pairs})
    if begun:
        who = f"{', '.join(begun[:3])}{f' and {len(begun) - 3} more' if len(begun) > 3 else ''}"
        has, stays = ("has", "stays") if len(begun) == 1 else ("have", "stay")
        raise WrongState(
            f"{who} {has} begun the exam and {stays} enrolled: otherwise nobody could go on with it or see the result."
        )
