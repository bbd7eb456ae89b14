"""Asking for an export of a whole exam."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import transaction
from kombu.exceptions import OperationalError

from exams.models import Exam, User
from proctor_site import background
from proctoring import selectors, tasks
from proctoring.models import Export
from proctoring.reports import exam_export
from proctoring.services.errors import BadRequest, NotAllowed

logger = logging.getLogger(__name__)


@transaction.atomic
def request_export(*, user: selectors.Visitor, exam: Exam, format: str) -> Export:
    """Have the export made outside the request. Asking again while one is in the making gives that one.

    Raises Exam.DoesNotExist for those who may not see the exam's sessions, and BadRequest for another format.
    """
    selectors.watchable_exam(user, exam.pk)
    if not isinstance(user, User):
        raise NotAllowed
    if format not in Export.Format.values:
        raise BadRequest("An export is made as CSV or as JSON.")
    asked = Export.objects.filter(requested_by=user, exam=exam, format=format)
    for unfinished in asked.filter(state__in=exam_export.LOST_AFTER):
        if exam_export.judged(unfinished).state in exam_export.LOST_AFTER:
            return unfinished
    export = Export.objects.create(exam=exam, requested_by=user, format=format)
    transaction.on_commit(lambda: _hand_over(export.pk))
    return export


def _hand_over(export_id: UUID) -> None:
    try:
        background.run(tasks.make_export, str(export_id))
    except (background.Busy, OperationalError):
        logger.exception("Export %s could not be handed over.", export_id)
        exam_export.fail(
            Export.objects.get(pk=export_id), "The server is busy with other exports. Please try again in a while."
        )
