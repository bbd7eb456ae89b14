"""How much time an attempt has: what was granted to its candidate, its breaks, and when nobody sat it. Only reads.

What is granted for the exam itself goes before what is granted for the whole institution, and of several grants of one
reach the most generous counts; nothing is added up. Time, breaks and larger type are looked at one by one, so a grant
for one exam that only brings breaks leaves somebody the time they have everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from exams.models import Accommodation, Attempt, Break, Exam, TimeChange

NONE = timedelta()
Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Granted:
    """What counts for one candidate in one exam. ``applies``: something was granted, whatever it is."""

    extra: timedelta = NONE
    breaks: timedelta = NONE
    larger_type: bool = False
    applies: bool = False


@dataclass(frozen=True, slots=True)
class BreakTime:
    """``left`` is what may still be taken, while one is taken too; ``open`` is that one."""

    allowed: timedelta
    left: timedelta
    open: Break | None


def active_accommodations(candidate_id: int, exam: Exam) -> QuerySet[Accommodation]:
    return Accommodation.objects.filter(
        Q(exam=exam) | Q(exam__isnull=True),
        candidate=candidate_id,
        institution=exam.institution_id,
        revoked_at__isnull=True,
    )


def granted(candidate_id: int, exam: Exam) -> Granted:
    return combined(active_accommodations(candidate_id, exam), minutes=exam.duration_minutes)


def combined(accommodations: Iterable[Accommodation], *, minutes: int) -> Granted:
    """``minutes``: how long the exam lasts."""
    found = list(accommodations)

    def best(worth: Callable[[Accommodation], timedelta]) -> timedelta:
        of_exam = [worth(one) for one in found if one.exam_id is not None]
        return max(of_exam, default=NONE) or max(map(worth, found), default=NONE)

    return Granted(
        extra=best(lambda one: extra_time(one, minutes)),
        breaks=best(lambda one: timedelta(minutes=one.break_minutes)),
        larger_type=any(one.larger_type for one in found),
        applies=bool(found),
    )


def extra_time(accommodation: Accommodation, minutes: int) -> timedelta:
    """In whole seconds, rounded up."""
    share = math.ceil(minutes * 60 * (accommodation.time_factor - 1))
    return timedelta(minutes=accommodation.extra_minutes, seconds=share)


def accommodated(*, candidate: str = "candidate", exam: str = "exam") -> Exists:
    """For ``annotate()``: whether anything is granted to the row's candidate in the row's exam."""
    grants = Accommodation.objects.filter(
        Q(exam=OuterRef(exam)) | Q(exam__isnull=True),
        candidate=OuterRef(candidate),
        institution=OuterRef(f"{exam}__institution"),
        revoked_at__isnull=True,
    )
    return Exists(grants)


def on_break(now: datetime, *, attempt: str = "pk") -> Exists:
    """For ``annotate()`` and ``filter()``: whether the row's attempt is on a break."""
    return Exists(open_breaks(now).filter(attempt=OuterRef(attempt)))


def open_breaks(now: datetime) -> QuerySet[Break]:
    """One whose time is used up is over, whether or not anybody has written that down."""
    return Break.objects.filter(ended_at__isnull=True, ends_by__gt=now)


def break_time(attempt: Attempt, now: datetime | None = None) -> BreakTime:
    now = now or timezone.now()
    allowed = granted(attempt.candidate_id, attempt.exam).breaks
    taken = list(attempt.breaks.all())
    used = sum((min(now, end_of(one)) - one.began_at for one in taken), NONE)
    going_on = [one for one in taken if one.ended_at is None and one.ends_by > now]
    return BreakTime(allowed=allowed, left=max(NONE, allowed - used), open=going_on[0] if going_on else None)


def end_of(taken: Break) -> datetime:
    """When the break ended, or will have ended at the latest."""
    return taken.ended_at or taken.ends_by


def pauses_of(attempt: Attempt) -> list[Stretch]:
    """When the attempt was not sat: its breaks, and from handing in until it was reopened. In order of time."""
    reopenings = attempt.time_changes.filter(kind=TimeChange.Kind.REOPENED, handed_in_at__isnull=False)
    handed_in = [(change.handed_in_at, change.at) for change in reopenings if change.handed_in_at is not None]
    return sorted([*((one.began_at, end_of(one)) for one in attempt.breaks.all()), *handed_in])


def overlap(start: datetime, end: datetime, stretches: Iterable[Stretch]) -> timedelta:
    """How much of the time from ``start`` to ``end`` lies in the stretches, which do not overlap one another."""
    return sum((max(NONE, min(end, last) - max(start, first)) for first, last in stretches), NONE)


def in_words(time: timedelta) -> str:
    """For people: "40 seconds", "1 minute", "12.5 minutes"."""
    seconds = time.total_seconds()
    if seconds < 60:
        return f"{seconds:.0f} second{'' if round(seconds) == 1 else 's'}"
    number = f"{seconds / 60:.1f}".removesuffix(".0")
    return f"{number} minute{'' if number == '1' else 's'}"
