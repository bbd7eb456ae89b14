"""What runs outside requests. Thin: ids in, fetch, delegate, return when the row is gone."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from proctoring import services
from proctoring.evidence import retention, waiting
from proctoring.models import Export
from proctoring.reports import exam_export

logger = logging.getLogger(__name__)


@shared_task(name="proctoring.tasks.purge")
def purge() -> None:
    purged = retention.purge(timezone.now())
    if purged != retention.Purged():
        logger.info("Purged: %s", purged)


@shared_task(name="proctoring.tasks.end_overdue")
def end_overdue() -> None:
    ended = services.end_overdue(timezone.now())
    if ended:
        logger.info("Ended %d sessions whose time was over.", ended)


@shared_task(name="proctoring.tasks.move_waiting_pictures")
def move_waiting_pictures() -> None:
    moved = waiting.move()
    if moved:
        logger.info("Moved %d pictures that had waited for the storage.", moved)


@shared_task(name="proctoring.tasks.make_export")
def make_export(export_id: str) -> None:
    exports = Export.objects.select_related("exam__institution", "session__exam__institution", "requested_by")
    export = exports.filter(pk=UUID(export_id)).first()
    if export is not None:
        exam_export.make(export)
