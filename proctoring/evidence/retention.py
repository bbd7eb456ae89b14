"""Deleting what consent promised to delete, when it promised, and keeping a record of it.

Pictures, event log and answers each go their own number of days after the session ended (the attempt was handed in).
Everything here may be run again at any time, and goes on where it was interrupted: files go before the row says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Least

from exams import services as exam_services
from exams.models import Answer, Attempt
from proctoring.evidence import snapshots
from proctoring.models import (
    LONGEST_KEEP_DAYS,
    SHORTEST_KEEP_DAYS,
    BrowserSignal,
    Event,
    ExamPolicy,
    Export,
    PolicyPreset,
    PurgeRecord,
    RiskSample,
    Session,
    SessionReview,
    Statement,
)
from proctoring.reports import exam_export

logger = logging.getLogger(__name__)

KEEP_PRACTICE_DAYS = 1
KEEP_EXPORTS = timedelta(days=1)

Row = TypeVar("Row", Session, Attempt, Export)
Timed = TypeVar("Timed", Session, Attempt)


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows or files went; ``failed`` counts sessions, attempts and exports left for the next run."""

    pictures: int = 0
    events: int = 0
    answers: int = 0
    practice: int = 0
    exports: int = 0
    orphans: int = 0
    failed: int = 0


def purge(now: datetime) -> Purged:
    """Delete everything that is due at ``now``."""
    failures: list[UUID] = []
    pictures = _each(_due_pictures(now), lambda session: purge_pictures(session.pk, now), failures)
    events = _each(_due_events(now), lambda session: purge_events(session.pk, now), failures)
    answers = _each(_due_answers(now), lambda attempt: purge_answers(attempt.pk, now), failures)
    practice = _each(_due_practice(now), lambda session: _purge_practice(session.pk, now), failures)
    exports = _each(_due_exports(now), lambda export: _purge_export(export.pk), failures)
    _fail_lost_exports(now)
    orphans = 0
    try:
        orphans = snapshots.sweep_orphans(now)
    except OSError:
        logger.exception("Pictures without a row could not be swept.")
    return Purged(pictures, events, answers, practice, exports, orphans, failed=len(failures))


def purge_pictures(session_id: UUID, now: datetime) -> int:
    """Every picture of the session, in reports too; names and hashes stay in the chain."""
    for report in Export.objects.filter(session=session_id):
        _purge_export(report.pk)
    kept = Event.objects.filter(session=session_id, snapshot_deleted_at__isnull=True).exclude(snapshot="")
    names = dict(kept.values_list("pk", "snapshot"))
    snapshots.delete(*names.values())
    with transaction.atomic():
        session = Session.objects.select_for_update(of=("self",)).get(pk=session_id)
        gone = Event.objects.filter(pk__in=names, snapshot_deleted_at__isnull=True).update(snapshot_deleted_at=now)
        if gone:
            _record(session, PurgeRecord.What.PICTURES, gone, now)
    return gone


def purge_events(session_id: UUID, now: datetime) -> int:
    """The event log with its pictures, everything else measured, and what people and the candidate said of it; the row
    stays with its counts and risk. What was said is counted with the log, where each has an entry."""
    purge_pictures(session_id, now)
    with transaction.atomic():
        session = Session.objects.select_for_update(of=("self",)).get(pk=session_id)
        events = Event.objects.filter(session=session)
        count = events.count()
        events.delete()
        SessionReview.objects.filter(session=session).delete()
        Statement.objects.filter(session=session).delete()
        RiskSample.objects.filter(session=session).delete()
        BrowserSignal.objects.filter(session=session).delete()
        session.engine_state = session.calibration = session.camera = None
        session.save(update_fields=["engine_state", "calibration", "camera"])
        if count:
            _record(session, PurgeRecord.What.EVENTS, count, now)
    return count


def purge_answers(attempt_id: UUID, now: datetime) -> int:
    """Answers go, and what was written about them; the points stay as the exam's result."""
    with transaction.atomic():
        attempt = Attempt.objects.get(pk=attempt_id)
        count = exam_services.forget_answers(attempt=attempt, at=now)
        session = Session.objects.filter(attempt=attempt).first()
        PurgeRecord.objects.create(
            at=now,
            exam_id=attempt.exam_id,
            session_id_text=str(session.pk) if session is not None else "",
            what=PurgeRecord.What.ANSWERS,
            count=count,
        )
    return count


def delete_practice(session: Session, now: datetime | None = None) -> None:
    """A practice run and everything recorded in it, at its end; the caller has locked it."""
    events = session.event_count
    _record(session, PurgeRecord.What.PRACTICE, events, now or session.ended_at or session.created_at)
    session_id = session.pk
    Session.objects.filter(pk=session_id).delete()
    # What a crash leaves behind here has no row any more, and the sweep finds it.
    transaction.on_commit(lambda: _delete_folder(session_id))


def _delete_folder(session_id: UUID) -> None:
    try:
        snapshots.delete_folder(session_id)
    except OSError:
        logger.exception("The pictures of practice run %s are left; the next purge sweeps them.", session_id)


def _purge_practice(session_id: UUID, now: datetime) -> int:
    with transaction.atomic():
        session = Session.objects.select_for_update(of=("self",)).filter(pk=session_id).first()
        if session is None:
            return 0
        delete_practice(session, now)
    return 1


def _purge_export(export_id: UUID) -> int:
    export = Export.objects.get(pk=export_id)
    if export.file:
        default_storage.delete(export.file)
    export.delete()
    return 1


def _fail_lost_exports(now: datetime) -> None:
    for export in Export.objects.filter(state__in=exam_export.LOST_AFTER):
        exam_export.judged(export, now)


def _record(session: Session, what: PurgeRecord.What, count: int, now: datetime) -> None:
    PurgeRecord.objects.create(
        at=now,
        exam_id=session.exam_id,
        session_id_text=str(session.pk),
        what=what,
        count=count,
        chain_head=session.chain_head,
    )


def _each(rows: Iterable[Row], purge_one: Callable[[Row], int], failures: list[UUID]) -> int:
    """The sum; a row that fails is logged and left for the next run."""
    total = 0
    for row in rows:
        try:
            total += purge_one(row)
        except (DatabaseError, OSError, Session.DoesNotExist, Attempt.DoesNotExist, Export.DoesNotExist):
            logger.exception("%s %s could not be purged and is left for the next run.", type(row).__name__, row.pk)
            failures.append(row.pk)
    return total


def _over() -> QuerySet[Session]:
    """Sessions with ``over_at``: the end, or the last sign of life of one that never ended."""
    sessions = Session.objects.exclude(kind=Session.Kind.PRACTICE)
    return sessions.annotate(over_at=Coalesce("ended_at", "last_frame_at", "created_at"))


def _kept_for(field: str, promised: str) -> Least:
    """How many days: the exam's own number, else that of its institution's standard, else the default; but no more than
    was ``promised`` when the session began."""
    standard = PolicyPreset.objects.filter(institution=OuterRef("exam__institution"), slug=PolicyPreset.Slug.STANDARD)
    default: int = getattr(ExamPolicy(), field)
    now = Coalesce(f"exam__policy__{field}", Subquery(standard.values(field)[:1]), Value(default))
    return Least(now, Coalesce(promised, now))


def _due(rows: QuerySet[Timed], field: str, now: datetime) -> QuerySet[Timed]:
    """Those whose ``over_at`` lies as many days back as what they hold is kept."""
    promised = f"proctoring_session__{field}" if rows.model is Attempt else field
    rows = rows.annotate(kept_days=_kept_for(field, promised))
    due = Q()
    for days in set(rows.order_by().values_list("kept_days", flat=True).distinct()):
        # One exam's number from before there were limits must neither empty running sessions nor stop the purge of all.
        kept = timedelta(days=min(max(days, SHORTEST_KEEP_DAYS), LONGEST_KEEP_DAYS))
        due |= Q(kept_days=days, over_at__lte=now - kept)
    return rows.filter(due) if due else rows.none()


def _due_pictures(now: datetime) -> QuerySet[Session]:
    with_picture = Event.objects.filter(session=OuterRef("pk"), snapshot_deleted_at__isnull=True).exclude(snapshot="")
    return _due(_over().filter(Exists(with_picture)), "keep_pictures_days", now)


def _due_events(now: datetime) -> QuerySet[Session]:
    measured = Q(calibration__isnull=False) | Q(engine_state__isnull=False) | Q(camera__isnull=False)
    for model in (Event, RiskSample, BrowserSignal):
        measured |= Q(Exists(model._default_manager.filter(session=OuterRef("pk"))))
    return _due(_over().filter(measured), "keep_events_days", now)


def _due_answers(now: datetime) -> QuerySet[Attempt]:
    """An attempt that was handed in long after its time was up, by a server that had been off, counts from then."""
    over_at = Coalesce(Least("submitted_at", "deadline"), "deadline", "submitted_at", "started_at")
    answered = Attempt.objects.filter(Exists(Answer.objects.filter(attempt=OuterRef("pk"))))
    return _due(answered.annotate(over_at=over_at), "keep_answers_days", now)


def _due_practice(now: datetime) -> QuerySet[Session]:
    old = Q(created_at__lte=now - timedelta(days=KEEP_PRACTICE_DAYS)) | Q(state=Session.State.ENDED)
    return Session.objects.filter(old, kind=Session.Kind.PRACTICE)


def _due_exports(now: datetime) -> QuerySet[Export]:
    return Export.objects.filter(created_at__lte=now - KEEP_EXPORTS)
