"""Which of a candidate's attempts counts, where an exam allows several. Only of those handed in; of two that are worth
the same, the later one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from exams.models import Attempt, Exam


def counting(attempts: Iterable[Attempt], exam: Exam) -> set[UUID]:
    """Of these, which are handed in, those that count: one of each candidate's."""
    worth = WORTH[Exam.Counting(exam.counting)]
    found: dict[int, Attempt] = {}
    for attempt in attempts:
        other = found.get(attempt.candidate_id)
        if other is None or worth(attempt) > worth(other):
            found[attempt.candidate_id] = attempt
    return {attempt.pk for attempt in found.values()}


def not_counting(exam: Exam) -> list[UUID]:
    """Those handed in that do not; one query."""
    handed_in = exam.attempts.filter(state=Attempt.State.SUBMITTED)
    attempts = list(handed_in.only("pk", "exam", "candidate", "number", "score", "max_score"))
    count = counting(attempts, exam)
    return [attempt.pk for attempt in attempts if attempt.pk not in count]


def _share(attempt: Attempt) -> Decimal:
    """Of the points, as far as is marked; versions may differ in what there is to earn."""
    return attempt.score / attempt.max_score if attempt.score is not None and attempt.max_score else Decimal(-1)


WORTH: dict[Exam.Counting, Callable[[Attempt], Any]] = {
    Exam.Counting.BEST: lambda attempt: (_share(attempt), attempt.number),
    Exam.Counting.LAST: lambda attempt: attempt.number,
    Exam.Counting.FIRST: lambda attempt: -attempt.number,
}
