"""Marking a whole exam again outside the request, with progress: a thousand attempts take some twenty seconds."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from exams import lost
from exams.models import Exam, MarkingRun, User
from exams.services import marking
from exams.services.record import record
from exams.services.versions import locked
from proctor_site import background

logger = logging.getLogger(__name__)

State = MarkingRun.State

# A hundred attempts, one step of it, take a few seconds.
LOST_AFTER: lost.Patience = {State.RUNNING: lost.TELLING, State.WAITING: lost.WAITING}


@transaction.atomic
def request_run(*, exam: Exam, by: User) -> MarkingRun:
    """Have all attempts marked again. Asking again while that goes on gives that one. The caller has made sure that
    ``by`` may."""
    exam = locked(exam)
    for run in exam.marking_runs.filter(state__in=[State.WAITING, State.RUNNING]):
        if not lost.is_lost(run, LOST_AFTER):
            return run
        silent = lost.sentence(run, LOST_AFTER)
        fail(run, f"{silent} What was marked until then stays; have it marked again.")
    run = MarkingRun.objects.create(exam=exam, by=by)
    transaction.on_commit(lambda: _hand_over(run.pk))
    return run


def carry_out(run: MarkingRun) -> None:
    """A hundred attempts at a time, each lot whole or not at all. What goes wrong is kept in the row, and raised."""
    taken = MarkingRun.objects.filter(pk=run.pk, state=State.WAITING)
    if not taken.update(state=State.RUNNING, touched_at=timezone.now()):
        return  # a task delivered twice

    def progress(done: int, total: int) -> None:
        MarkingRun.objects.filter(pk=run.pk).update(done=done, total=total, touched_at=timezone.now())

    try:
        changed = marking.remark(run.exam, progress=progress)
    except Exception:
        fail(run, "Something went wrong. What was marked until then stays; tell an administrator if it happens again.")
        raise
    with transaction.atomic():
        MarkingRun.objects.filter(pk=run.pk).update(state=State.DONE, changed=changed, touched_at=timezone.now())
        record(run.exam, run.by, f"Had all attempts marked again; {changed} mark{'' if changed == 1 else 's'} changed.")


def fail(run: MarkingRun, sentence: str) -> None:
    MarkingRun.objects.filter(pk=run.pk).update(state=State.FAILED, error=sentence)


def _hand_over(run_id: UUID) -> None:
    from exams.tasks import mark_exam_again  # which imports the services

    try:
        background.run(mark_exam_again, str(run_id))
    except (background.Busy, OperationalError):
        logger.warning("Marking run %s could not be handed over.", run_id, exc_info=True)
        fail(MarkingRun.objects.get(pk=run_id), "The server has too much to do. Try again in a few minutes.")
