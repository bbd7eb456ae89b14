"""When the server was out of reach, and giving candidates that time back.

Every process that serves candidates writes one row every few seconds (``beat``). A gap in that row longer than
``PROCTOR_OUTAGE_SECONDS`` is an outage, whatever it came from: a crash, a restart, a database that did not answer. Who
finds it writes it down and moves the deadline of every attempt that ran: by all the time that the outage took from it,
but for what fell into a break, and by ``LONGEST_CREDIT`` at most. After a longer one nobody sits there any more, and a
person decides (``services.reopen``); so does a backup put back after a week not give everybody a week.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, prefetch_related_objects
from django.utils import timezone

from exams import signals, timing
from exams.models import Answer, Attempt, Heartbeat, Outage, TimeChange
from exams.services.locking import locked_with_records

logger = logging.getLogger(__name__)

THE_ROW = 1
LONGEST_CREDIT = timedelta(hours=4)


def longest_silence() -> timedelta:
    return timedelta(seconds=settings.PROCTOR_OUTAGE_SECONDS)


@transaction.atomic
def beat(now: datetime | None = None) -> Outage | None:
    """Say that a process serves candidates at this moment; the outage that has just ended, if there was one.

    Only one of several processes finds it: the row is locked until everybody has their time back.
    """
    now = now or timezone.now()
    heart, _ = Heartbeat.objects.select_for_update().get_or_create(pk=THE_ROW, defaults={"alive_at": now})
    silent_since = heart.alive_at
    if now <= silent_since:  # another machine's clock is a little ahead
        return None
    heart.alive_at = now
    heart.save(update_fields=["alive_at"])
    if now - silent_since <= longest_silence():
        return None
    return _account_for(Outage.objects.create(began_at=silent_since, ended_at=now))


def goes_on(now: datetime | None = None) -> bool:
    """Nobody has served candidates for a while and nobody has given them that time back yet: no deadline counts now.

    Where no process ever served, there is no outage either.
    """
    since = (now or timezone.now()) - longest_silence()
    return Heartbeat.objects.filter(pk=THE_ROW, alive_at__lt=since).exists()


def _account_for(outage: Outage) -> Outage:
    running = Attempt.objects.filter(
        state=Attempt.State.RUNNING, started_at__lt=outage.ended_at, deadline__gt=outage.began_at
    )
    attempts = locked_with_records(list(running.values_list("pk", flat=True)))
    prefetch_related_objects(attempts, "breaks")
    changes = [change for attempt in attempts if (change := _credit(attempt, outage)) is not None]
    Attempt.objects.bulk_update([change.attempt for change in changes], ["deadline"], batch_size=500)
    TimeChange.objects.bulk_create(changes)
    _count_as_in_time(changes, outage)
    outage.attempts_credited = len(changes)
    outage.save(update_fields=["attempts_credited"])
    seconds = (outage.ended_at - outage.began_at).total_seconds()
    logger.warning("The server was out of reach for %.0f s; %d attempts have that time back.", seconds, len(changes))
    signals.outage_credited.send(Attempt, changes=changes)
    return outage


def _credit(attempt: Attempt, outage: Outage) -> TimeChange | None:
    """The attempt's deadline is moved, and not yet saved."""
    if attempt.state != Attempt.State.RUNNING or attempt.started_at is None or attempt.deadline is None:
        return None
    began = max(attempt.started_at, outage.began_at)
    breaks = ((taken.began_at, timing.end_of(taken)) for taken in attempt.breaks.all())
    lost = min(outage.ended_at - began - timing.overlap(began, outage.ended_at, breaks), LONGEST_CREDIT)
    if lost <= timing.NONE:
        return None
    attempt.deadline += lost
    return TimeChange(
        attempt=attempt,
        kind=TimeChange.Kind.OUTAGE,
        reason=TimeChange.Reason.OUTAGE,
        seconds=round(lost.total_seconds()),
        at=outage.ended_at,
    )


def _count_as_in_time(changes: list[TimeChange], outage: Outage) -> None:
    """What was saved between the server's return and this moment was marked late by deadlines that hold no more."""
    saved = Answer.objects.filter(attempt__in=[change.attempt_id for change in changes], late=True)
    in_time = saved.filter(saved_at__gt=outage.began_at, saved_at__lte=F("attempt__deadline"))
    Answer.objects.filter(pk__in=in_time.values("pk")).update(late=False)
