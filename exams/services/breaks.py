"""Breaks that stop the clock, within what was granted to the candidate.

While a break is open the deadline counts the whole rest of the break time; ending it gives back what was not used. So
nothing has to happen for a break that nobody ends: it runs out, and the exam's clock goes on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from exams import signals, timing
from exams.errors import AttemptFinished, AttemptNotStarted, NoBreak
from exams.models import Attempt, Break
from exams.services.locking import locked_with_record

SHORTEST = timedelta(seconds=10)  # less is no break any more, whatever is left by the arithmetic


@transaction.atomic
def start_break(*, attempt: Attempt) -> Break:
    """The break that has begun; while one is open, that one. Raises AttemptFinished, AttemptNotStarted or NoBreak."""
    attempt = locked_with_record(attempt)
    now = timezone.now()
    if attempt.state == Attempt.State.SUBMITTED:
        raise AttemptFinished
    if attempt.started_at is None or attempt.deadline is None:
        raise AttemptNotStarted
    close_used_up(attempt, now)
    time = timing.break_time(attempt, now)
    if time.open is not None:
        return time.open
    if now >= attempt.deadline:
        raise NoBreak("The time is up, so no break can be taken any more.")
    if not time.allowed:
        raise NoBreak("No breaks that stop the clock were agreed on for you in this exam.")
    if time.left < SHORTEST:
        raise NoBreak("Your break time is used up.")
    taken = Break.objects.create(attempt=attempt, began_at=now, ends_by=now + time.left)
    attempt.deadline += time.left
    attempt.save(update_fields=["deadline"])
    signals.break_began.send(Attempt, attempt=attempt, taken=taken)
    return taken


@transaction.atomic
def end_break(*, attempt: Attempt) -> Break | None:
    """The break that has ended, None when there was none."""
    attempt = locked_with_record(attempt)
    return _end_open(attempt, timezone.now())


def close_breaks(now: datetime) -> int:
    """Write down the end of breaks that have run out; how many. Nothing waits for it."""
    due = Attempt.objects.filter(breaks__ended_at__isnull=True, breaks__ends_by__lte=now)
    ended = 0
    for attempt in due:
        with transaction.atomic():
            ended += close_used_up(locked_with_record(attempt), now) is not None
    return ended


def close_used_up(attempt: Attempt, now: datetime) -> Break | None:
    """The open break of a locked attempt, if its time is used up: it ended when that was."""
    taken = attempt.breaks.filter(ended_at__isnull=True, ends_by__lte=now).first()
    return None if taken is None else _ended(attempt, taken, taken.ends_by)


def end_with_attempt(attempt: Attempt, now: datetime) -> None:
    """Handing in ends a break. The caller has locked the attempt, and saves it."""
    _end_open(attempt, now)


def _end_open(attempt: Attempt, now: datetime) -> Break | None:
    taken = attempt.breaks.filter(ended_at__isnull=True).first()
    return None if taken is None else _ended(attempt, taken, min(now, taken.ends_by))


def _ended(attempt: Attempt, taken: Break, at: datetime) -> Break:
    taken.ended_at = at
    taken.save(update_fields=["ended_at"])
    unused = taken.ends_by - at
    if unused and attempt.deadline is not None:
        attempt.deadline -= unused
        attempt.save(update_fields=["deadline"])
    signals.break_ended.send(Attempt, attempt=attempt, taken=taken)
    return taken
