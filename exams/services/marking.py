"""Marks that need no person: given when an attempt is handed in, and again when a key was corrected."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from exams import paper, results
from exams.keys import key_of
from exams.marking import mark as points_for
from exams.marking import total
from exams.models import Answer, Attempt, Exam, KeyCorrection, Mark, MarkChange, Question
from exams.responses import response_of
from exams.services import releasing

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], object]

AT_ONCE = 100  # attempts in one transaction, so that nobody waits long for a lock
CHANGING = ["answer", "points", "maximum", "automatic", "by", "at"]


def mark_handed_in(attempt: Attempt) -> None:
    """Marks an attempt that is being handed in. Handing in never fails for it: an attempt that could not be marked
    is counted on the page of results, and marked from there."""
    try:
        with transaction.atomic():
            mark_attempt(attempt=attempt)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        logger.exception("Attempt %s was handed in and could not be marked.", attempt.pk)


@transaction.atomic
def mark_attempt(*, attempt: Attempt) -> Attempt:
    """A mark for every question of the attempt's paper, as its answers in time deserve; once more changes nothing.

    What a person marked stays while the answer is the same. Nothing happens before the attempt is handed in, or after
    its answers were deleted: points stay as they were given.
    """
    [locked] = lock_attempts([attempt.pk])
    if locked.state == Attempt.State.SUBMITTED and locked.answers_deleted_at is None:
        _mark([locked])
    return locked


def remark(exam: Exam, *, progress: Progress | None = None) -> int:
    """Marks all attempts handed in, those that could not be marked too; how many marks became others."""
    return mark_again(Attempt.objects.filter(exam=exam), progress=progress)


def mark_again(
    attempts: Iterable[Attempt],
    *,
    only: frozenset[int] | None = None,
    correction: KeyCorrection | None = None,
    progress: Progress | None = None,
) -> int:
    """The attempts handed in of these, or ``only`` some questions of theirs. ``correction``: why, kept with changes.
    ``progress`` is told how many are done, of how many."""
    handed_in = [
        attempt
        for attempt in attempts
        if attempt.state == Attempt.State.SUBMITTED and attempt.answers_deleted_at is None
    ]
    changed = done = 0
    if progress is not None:
        progress(done, len(handed_in))
    for _, group in groupby(sorted(handed_in, key=lambda attempt: attempt.version_id), lambda each: each.version_id):
        keys = [attempt.pk for attempt in group]
        for begin in range(0, len(keys), AT_ONCE):
            with transaction.atomic():
                changed += _mark(lock_attempts(keys[begin : begin + AT_ONCE]), only=only, correction=correction)
            done += len(keys[begin : begin + AT_ONCE])
            if progress is not None:
                progress(done, len(handed_in))
    return changed


def lock_attempts(keys: Sequence[UUID]) -> list[Attempt]:
    locked = Attempt.objects.select_for_update(of=("self",)).select_related("exam", "version")
    return list(locked.filter(pk__in=keys).order_by("pk"))


def add_up(attempts: Sequence[Attempt]) -> None:
    """The attempts' scores from their marks: so far, while some are missing, and complete once ``marked_at`` is set.

    Where results are published, a score that became complete or another one is told at once.
    """
    figures = (
        Mark.objects.filter(attempt__in=attempts)
        .order_by()
        .values("attempt")
        .annotate(
            score=Sum("points"), of=Sum("maximum"), missing=Count("pk", filter=Q(points__isnull=True)), last=Max("at")
        )
    )
    by_attempt: dict[UUID, dict[str, Any]] = {row["attempt"]: dict(row) for row in figures}
    before = {attempt.pk: _shown(attempt) for attempt in attempts}
    for attempt in attempts:
        row = by_attempt.get(attempt.pk, {"score": None, "of": Decimal(0), "missing": 0, "last": timezone.now()})
        attempt.score = round(total([row["score"] or Decimal(0)]), 2)  # SQLite adds up floats
        attempt.max_score = row["of"]
        attempt.marked_at = None if row["missing"] else row["last"]
    Attempt.objects.bulk_update(attempts, ["score", "max_score", "marked_at"])
    changed = [attempt for attempt in attempts if _shown(attempt) not in (None, before[attempt.pk])]
    if changed:
        releasing.tell(changed[0].exam, changed)


def _shown(attempt: Attempt) -> object:
    """The result as its candidate sees it; None while they see none."""
    complete = attempt.exam.results_published_at is not None and attempt.marked_at is not None
    return (attempt.score, attempt.max_score) if complete else None


def _mark(
    attempts: Sequence[Attempt], *, only: frozenset[int] | None = None, correction: KeyCorrection | None = None
) -> int:
    """``attempts``: of one version, locked and handed in. Ten queries, however many there are."""
    key, marks = key_of(attempts[0].version), Mark.objects.filter(attempt__in=attempts)
    if only is not None:
        marks = marks.filter(question__in=only)
    answers = results.answers_that_count(attempts, only)
    known = {(mark.attempt_id, mark.question_id): mark for mark in marks}
    outcome = _Outcome(
        at=timezone.now(),
        correction=correction,
        everyone=key.everyone,
        people=_given_by_people(known.values()) if correction is not None else {},
    )
    for attempt in attempts:
        for question in paper.draw(attempt.seed, key.questions, shuffle=False):
            if only is not None and question.pk not in only:
                continue
            answer = answers.get((attempt.pk, question.pk))
            response = None if answer is None else response_of(question, answer.value, attempt.seed)
            points = points_for(key.items[question.pk], response)
            outcome.note(attempt, question, answer, points, known.get((attempt.pk, question.pk)))
    outcome.write()
    add_up(attempts)
    return len(outcome.changes)


def _given_by_people(marks: Iterable[Mark]) -> dict[int, MarkChange]:
    """What a person gave last, by mark, corrections of keys aside."""
    changes = MarkChange.objects.filter(mark__in=list(marks), correction__isnull=True).order_by("at", "pk")
    newest = {change.mark_id: change for change in changes}
    return {key: change for key, change in newest.items() if change.by_id is not None}


@dataclass(frozen=True, slots=True)
class _Given:
    points: Decimal | None
    by: int | None
    at: datetime | None


@dataclass
class _Outcome:
    at: datetime
    correction: KeyCorrection | None
    everyone: frozenset[int]
    people: dict[int, MarkChange]
    new: list[Mark] = field(default_factory=list)
    touched: list[Mark] = field(default_factory=list)
    changes: list[MarkChange] = field(default_factory=list)

    def note(
        self, attempt: Attempt, question: Question, answer: Answer | None, points: Decimal | None, mark: Mark | None
    ) -> None:
        """``points``: what the answer deserves by itself; None: a person says."""
        if mark is None:
            full = question.pk in self.everyone
            given = _Given(question.points if full else points, None, self.at)
            self.new.append(_fill(Mark(attempt=attempt, question=question), question, answer, given))
            return
        given = self._given(question, answer, points, mark)
        if given.points != mark.points:
            self.changes.append(
                MarkChange(mark=mark, before=mark.points, after=given.points, at=self.at, correction=self.correction)
            )
        elif (mark.answer_id, mark.maximum, mark.by_id) == (answer and answer.pk, question.points, given.by):
            return
        self.touched.append(_fill(mark, question, answer, given))

    def _given(self, question: Question, answer: Answer | None, points: Decimal | None, mark: Mark) -> _Given:
        if question.pk in self.everyone:
            return _Given(question.points, None, mark.at if mark.points == question.points else self.at)
        if mark.by_id is not None and _same_answer(mark, answer):
            return _Given(mark.points, mark.by_id, mark.at)
        if mark.pk in self.people:
            before = self.people[mark.pk]
            return _Given(before.after, before.by_id, before.at)
        return _Given(points, None, mark.at if mark.points == points else self.at)

    def write(self) -> None:
        Mark.objects.bulk_create(self.new)
        Mark.objects.bulk_update(self.touched, CHANGING, batch_size=200)
        MarkChange.objects.bulk_create(self.changes)


def _fill(mark: Mark, question: Question, answer: Answer | None, given: _Given) -> Mark:
    mark.answer, mark.points, mark.maximum, mark.by_id = answer, given.points, question.points, given.by
    mark.automatic = given.points is not None and given.by is None
    mark.at = None if given.points is None else given.at
    return mark


def _same_answer(mark: Mark, answer: Answer | None) -> bool:
    """Saved again after reopening, without a change, it is still the answer that was marked."""
    if mark.answer_id == (answer and answer.pk):
        return True
    return mark.answer is not None and answer is not None and mark.answer.value == answer.value
