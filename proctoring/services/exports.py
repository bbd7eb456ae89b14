"""Asking for an export of a whole exam, or for the report of a long session."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import transaction
from kombu.exceptions import OperationalError

from exams.models import Exam, User
from proctor_site import background
from proctoring import selectors, tasks
from proctoring.models import Export, Session
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
    if format not in exam_export.OF_EXAMS:
        raise BadRequest("An export of all sessions is made as CSV or as JSON; a PDF is the report of one session.")
    return _made_or_in_the_making(exam=exam, session=None, user=user, format=format)


@transaction.atomic
def request_report(*, user: selectors.Visitor, session: Session) -> Export:
    """Have a session's report made as PDF outside the request; otherwise as above. A practice run's is made at once.

    Raises Session.DoesNotExist for those who may not see it.
    """
    found = selectors.session_for(user, session.pk)
    if not isinstance(user, User):
        raise NotAllowed
    if found.exam is None:
        raise BadRequest("A practice run belongs to no exam: its report is downloaded from its own address.")
    return _made_or_in_the_making(exam=found.exam, session=found, user=user, format=Export.Format.PDF)


def _made_or_in_the_making(*, exam: Exam, session: Session | None, user: User, format: str) -> Export:
    asked = Export.objects.filter(requested_by=user, exam=exam, session=session, format=format)
    for unfinished in asked.filter(state__in=exam_export.LOST_AFTER):
        if exam_export.judged(unfinished).state in exam_export.LOST_AFTER:
            return unfinished
    export = Export.objects.create(exam=exam, session=session, requested_by=user, format=format)
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
