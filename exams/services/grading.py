"""Marks given by people: whose turn an answer is, and the points they give."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from exams import paper, results
from exams.errors import InvalidMark, MarkTaken
from exams.models import Attempt, Exam, Mark, MarkChange, User
from exams.services.marking import add_up, lock_attempts

HELD_FOR = timedelta(minutes=15)  # who was given an answer has that long before somebody else is given it too
LONGEST_COMMENT = 5_000


def reserve_next(*, by: User, exam: Exam, question: UUID, after: Mark | None = None) -> Mark | None:
    """An answer to the question that waits to be marked and that nobody else is at, held for ``by`` from now on.

    The order is random and stays the same, so that nobody learns from it who wrote what; ``after`` an answer that is
    left for later, it goes on with the next. None where none is left.
    """
    now = timezone.now()
    free = Q(reserved_by=by) | Q(reserved_until__isnull=True) | Q(reserved_until__lte=now)
    marks = results.waiting(exam).filter(free, question__uid=question)
    ranked = sorted((_rank(question, seed), key) for key, seed in marks.values_list("pk", "attempt__seed"))
    if after is not None:
        place = _rank(question, after.attempt.seed)
        ranked = [each for each in ranked if each[0] > place] + [each for each in ranked if each[0] <= place]
        release(by=by, mark=after)
    for _, key in ranked:
        mine = Mark.objects.filter(free, pk=key, points__isnull=True)
        if mine.update(reserved_by=by, reserved_until=now + HELD_FOR):
            return results.mark_for(by, key)
    return None


def release(*, by: User, mark: Mark) -> None:
    """Somebody else may be given the answer."""
    Mark.objects.filter(pk=mark.pk, reserved_by=by).update(reserved_by=None, reserved_until=None)


def state_of(mark: Mark) -> str:
    """Changes with every mark given: who saw another state than there is now saw something old."""
    return "" if mark.at is None else mark.at.isoformat()


@transaction.atomic
def give_mark(*, by: User, mark: Mark, points: Decimal, comment: str = "", seen: str | None = None) -> Mark:
    """The points a person decided on, of any question: what was marked by itself is theirs from then on.

    ``seen`` is the ``state_of`` the mark they looked at, when they did. Raises Mark.DoesNotExist for those who may not
    mark it, MarkTaken when it was marked meanwhile, InvalidMark.
    """
    allowed = results.mark_for(by, mark.pk)
    [attempt] = lock_attempts([allowed.attempt_id])
    fresh = Mark.objects.select_for_update(of=("self",)).select_related("question__section").get(pk=mark.pk)
    if attempt.state != Attempt.State.SUBMITTED:
        raise InvalidMark("The attempt was opened again. Its answers can be marked once it is handed in.")
    if seen is not None and seen != state_of(fresh):
        raise MarkTaken
    _check(fresh, points, comment)
    if fresh.question_id in results.everyone_has_full_points(fresh.question.section.version_id):
        raise InvalidMark("Everyone has full points for this question, since its key was corrected so.")
    now = timezone.now()
    if (fresh.points, fresh.comment) != (points, comment) or fresh.by_id is None:
        MarkChange.objects.create(mark=fresh, before=fresh.points, after=points, by=by, at=now, comment=comment)
        fresh.points, fresh.comment, fresh.by, fresh.at, fresh.automatic = points, comment, by, now, False
    fresh.reserved_by = fresh.reserved_until = None
    fresh.save()
    add_up([attempt])
    return fresh


def _check(mark: Mark, points: Decimal, comment: str) -> None:
    if not points.is_finite() or not 0 <= points <= mark.maximum:
        raise InvalidMark(f"Give points from 0 to {mark.maximum.normalize():f}.", field="points")
    if points != round(points, 2):
        raise InvalidMark("Points have two decimals at most.", field="points")
    if len(comment) > LONGEST_COMMENT:
        raise InvalidMark(
            f"The comment is {len(comment):,} characters long; at most {LONGEST_COMMENT:,} can be kept.",
            field="comment",
        )


def _rank(question: UUID, seed: str) -> str:
    return paper.rank(seed, "marking", question)
