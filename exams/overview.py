"""What a candidate is told about their exams: where they stand, how long they have, and what comes afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from exams import selectors, timing
from exams.models import Accommodation, Attempt, Exam, User
from exams.timing import Granted


@dataclass(frozen=True, slots=True)
class Standing:
    """``state``: "new", "resume" (its clock runs), "again" (another attempt is left), "finished".

    ``number`` is of the attempt that can be begun or gone on with, or of the last; ``handed_in`` the newest first.
    """

    state: str
    number: int
    handed_in: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """An attempt handed in, with what there is to see of it: its results, or why they are not there.

    ``ended``: what there is to say where a proctor ended it; else empty.
    """

    attempt: Attempt
    shown: bool
    why_not: str
    ended: str


@dataclass(frozen=True, slots=True)
class ExamRow:
    """An exam on the start page, with what the candidate can do about it."""

    exam: Exam
    standing: Standing
    duration: str


def standing(exam: Exam, attempts: Iterable[Attempt], *, now: datetime) -> Standing:
    """``attempts``: the candidate's own at this exam."""
    mine = sorted(attempts, key=lambda attempt: attempt.number, reverse=True)
    handed_in = tuple(attempt for attempt in mine if attempt.state == Attempt.State.SUBMITTED)
    if not mine:
        return Standing("new", 1, handed_in)
    newest = mine[0]
    if newest.state == Attempt.State.RUNNING:
        return Standing("new" if newest.started_at is None else "resume", newest.number, handed_in)
    if newest.number < exam.attempts_allowed and exam.is_open(now):
        return Standing("again", newest.number + 1, handed_in)
    return Standing("finished", newest.number, handed_in)


def may_sit_again(attempt: Attempt) -> bool:
    """Its candidate may begin another attempt, now or when the exam opens, or is at it: the right answers must not be
    read before."""
    exam, now = attempt.exam, timezone.now()
    stands = standing(exam, selectors.own_attempts(attempt.candidate).filter(exam=exam), now=now)
    opens = exam.state == Exam.State.PUBLISHED and exam.opens_at is not None and exam.opens_at > now
    return stands.state != "finished" or (opens and stands.number < exam.attempts_allowed)


def rows(exams: Sequence[Exam], attempts: Iterable[Attempt], candidate: User, *, now: datetime) -> list[ExamRow]:
    """For each exam; ``attempts`` are all the candidate has anywhere. One query, however many there are."""
    by_exam: dict[int, list[Attempt]] = {}
    for attempt in attempts:
        by_exam.setdefault(attempt.exam_id, []).append(attempt)
    granted = granted_in(candidate, exams)
    return [
        ExamRow(exam, standing(exam, by_exam.get(exam.pk, ()), now=now), duration(exam, granted[exam.pk]))
        for exam in exams
    ]


def granted_in(candidate: User, exams: Sequence[Exam]) -> dict[int, Granted]:
    """``timing.granted`` for each of the exams, in one query."""
    institutions = {exam.institution_id for exam in exams}
    active = list(
        Accommodation.objects.filter(
            Q(exam__in=[exam.pk for exam in exams]) | Q(exam__isnull=True, institution__in=institutions),
            candidate=candidate,
            revoked_at__isnull=True,
        )
    )
    return {
        exam.pk: timing.combined(
            [one for one in active if one.institution_id == exam.institution_id and one.exam_id in (None, exam.pk)],
            minutes=exam.duration_minutes,
        )
        for exam in exams
    }


def duration(exam: Exam, granted: Granted) -> str:
    own = spelled(timedelta(minutes=exam.duration_minutes))
    return f"{own} and {spelled(granted.extra)} of extra time" if granted.extra else own


def spelled(time: timedelta) -> str:
    """ "75 minutes", "1 minute 30 seconds"."""
    minutes, seconds = divmod(round(time.total_seconds()), 60)
    parts = [(minutes, "minute"), (seconds, "second")]
    return " ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in parts if count)


def breaks(granted: Granted) -> str:
    return f"{spelled(granted.breaks)} in all, which stop the clock" if granted.breaks else ""


def past(attempts: Iterable[Attempt], ended: Mapping[UUID, str]) -> list[Past]:
    """Of ``attempts``, with their exams, those that were handed in; ``ended``: what is said of those that a
    proctor ended."""
    handed_in = [attempt for attempt in attempts if attempt.state == Attempt.State.SUBMITTED]
    return [
        Past(
            attempt,
            shown=shows_results(attempt.exam),
            why_not=_why_not(attempt.exam),
            ended=ended.get(attempt.pk, ""),
        )
        for attempt in handed_in
    ]


def _why_not(exam: Exam) -> str:
    if shows_results(exam):
        return ""
    return "Results are not shown here" if exam.afterwards == Exam.Afterwards.NOTHING else "Results not published yet"


def afterwards(exam: Exam) -> str:
    """One sentence."""
    if exam.afterwards == Exam.Afterwards.NOTHING:
        return "Results are not shown here; your institution tells you."
    seen = "your points" if exam.passing_percent is None else "your points and whether you passed"
    if exam.afterwards == Exam.Afterwards.REVIEW:
        seen += ", your answers and the right ones"
    return f"Once your institution publishes the results you see {seen}."


def shows_results(exam: Exam) -> bool:
    return exam.results_published_at is not None and exam.afterwards != Exam.Afterwards.NOTHING
