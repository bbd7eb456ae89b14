"""An exam's results as rows: who scored what, which questions stand where, and everything for a file to take away.

The number of queries is the same for three attempts and for three thousand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from exams import paper
from exams.counting import counting
from exams.models import Answer, Attempt, Exam, Mark, Membership, Question, Role, User
from exams.results import markable_exams, names_are_hidden, passed, percent_of
from exams.results import waiting as waiting_in


@dataclass(frozen=True, slots=True)
class Row:
    """One attempt handed in. Under anonymous marking ``name`` is a number made from the attempt, and nothing else."""

    attempt: Attempt
    hidden: bool
    name: str
    username: str
    reference: str
    percent: float | None
    passed: bool | None
    waiting: int  # answers nobody has marked yet
    late: int  # questions with something that came too late to count
    counts: bool  # of the candidate's attempts, this one

    @property
    def marked(self) -> bool:
        return self.attempt.max_score is not None


def rows_of(exam: Exam) -> list[Row]:
    """Four queries."""
    hidden = names_are_hidden(exam)
    handed_in = exam.attempts.filter(state=Attempt.State.SUBMITTED).select_related("candidate", "version")
    waiting = _counted(waiting_in(exam), "pk")
    late = _counted(Answer.objects.filter(attempt__exam=exam, late=True), "question")
    members = Membership.objects.filter(institution=exam.institution_id, role=Role.CANDIDATE).exclude(reference="")
    references = {} if hidden else dict(members.values_list("user", "reference"))
    attempts = list(handed_in.order_by("pk"))
    count = counting(attempts, exam)
    return [
        Row(
            attempt=attempt,
            hidden=hidden,
            name=code_of(attempt) if hidden else attempt.candidate.display_name,
            username="" if hidden else attempt.candidate.username,
            reference=references.get(attempt.candidate_id, ""),
            percent=percent_of(attempt),
            passed=passed(attempt, exam),
            waiting=waiting.get(attempt.pk, 0),
            late=late.get(attempt.pk, 0),
            counts=attempt.pk in count,
        )
        for attempt in attempts
    ]


def _counted(rows: QuerySet[Any], what: str) -> dict[UUID, int]:
    """How many different ones each attempt has; attempts that have none are left out."""
    return dict(rows.order_by().values_list("attempt").annotate(Count(what, distinct=True)))


def code_of(attempt: Attempt) -> str:
    """What an attempt is called while nobody may know whose it is."""
    return f"Candidate {paper.rank(attempt.seed, 'name')[:6].upper()}"


def questions_in_order(exam: Exam) -> list[Question]:
    """One for every uid in the versions that were published, as it stands in the newest that has it, in its order
    there; those that later versions dropped come last."""
    rows = Question.objects.filter(section__version__exam=exam, section__version__frozen_at__isnull=False)
    ordered = rows.select_related("section__version").prefetch_related("choices")
    found: dict[Any, Question] = {}
    for question in ordered.order_by("-section__version__number", "section__position", "section", "position", "pk"):
        found.setdefault(question.uid, question)
    return list(found.values())


class Given(NamedTuple):
    """A mark as it stands in a file."""

    points: Decimal | None
    maximum: Decimal
    automatic: bool
    at: datetime | None
    comment: str


def marks_by_attempt(exam: Exam) -> dict[UUID, dict[UUID, Given]]:
    """Of attempts handed in, by attempt and the question's uid."""
    uids = dict(Question.objects.filter(section__version__exam=exam).order_by().values_list("pk", "uid"))
    marks = Mark.objects.filter(attempt__exam=exam, attempt__state=Attempt.State.SUBMITTED).order_by()
    found: dict[UUID, dict[UUID, Given]] = {}
    for attempt, question, *given in marks.values_list("attempt_id", "question_id", *Given._fields).iterator(5000):
        found.setdefault(attempt, {})[uids[question]] = Given(*given)
    return found


COLUMNS = (
    "candidate", "username", "reference", "attempt", "version", "started_at", "submitted_at",
    "score", "max_score", "percent", "passed", "waiting", "late_answers", "counts",
)  # fmt: skip


def records_of(exam: Exam, rows: Iterable[Row]) -> Iterable[dict[str, Any]]:
    """Each row with exactly ``COLUMNS``; times in the institution's zone, numbers as numbers.

    While names are hidden, so are the times: whoever watched the candidates knows them by these.
    """
    zone = exam.institution.zone
    for row in rows:
        attempt = row.attempt
        started, handed_in = (
            None if moment is None or row.hidden else moment.astimezone(zone).isoformat(timespec="seconds")
            for moment in (attempt.started_at, attempt.submitted_at)
        )
        yield {
            "candidate": row.name,
            "username": row.username,
            "reference": row.reference,
            "attempt": attempt.number,
            "version": attempt.version.number,
            "started_at": started,
            "submitted_at": handed_in,
            "score": attempt.score,
            "max_score": attempt.max_score,
            "percent": None if row.percent is None else round(row.percent, 2),
            "passed": row.passed,
            "waiting": row.waiting,
            "late_answers": row.late,
            "counts": row.counts,
        }


@dataclass(frozen=True, slots=True)
class Facts:
    """``complete``, ``passed`` and ``mean`` are about the attempts that count."""

    handed_in: int
    running: int
    unmarked: int  # attempts
    waiting: int  # answers
    complete: int
    passed: int
    mean: float | None  # per cent, of those complete


def facts_of(exam: Exam, rows: list[Row]) -> Facts:
    percents = [row.percent for row in rows if row.percent is not None and row.counts]
    return Facts(
        handed_in=len(rows),
        running=exam.attempts.filter(state=Attempt.State.RUNNING, started_at__isnull=False).count(),
        unmarked=sum(not row.marked for row in rows),
        waiting=sum(row.waiting for row in rows),
        complete=len(percents),
        passed=sum(row.passed is True for row in rows if row.counts),
        mean=sum(percents) / len(percents) if percents else None,
    )


def exams_with_results(user: User | AnonymousUser) -> QuerySet[Exam]:
    """Exams that somebody handed in, with ``handed_in`` attempts and ``waiting`` answers; those to publish first."""
    of_exam = Attempt.objects.filter(exam=OuterRef("pk"), state=Attempt.State.SUBMITTED).order_by().values("exam")
    waiting = Mark.objects.filter(
        attempt__exam=OuterRef("pk"), attempt__state=Attempt.State.SUBMITTED, points__isnull=True
    )
    counted = waiting.order_by().values("attempt__exam").annotate(n=Count("pk")).values("n")
    exams = markable_exams(user).select_related("institution")
    return (
        exams.annotate(
            handed_in=Coalesce(Subquery(of_exam.annotate(n=Count("pk")).values("n")), 0),
            waiting=Coalesce(Subquery(counted), 0),
        )
        .filter(handed_in__gt=0)
        .order_by(F("results_published_at").desc(nulls_first=True), "title", "pk")
    )
