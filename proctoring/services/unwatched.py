"""Sitting an exam that nobody watches: an attempt without a session, from its first question to its end."""

from __future__ import annotations

from django.db import transaction

from exams import services as exam_services
from exams.errors import AttemptNotStarted, TimeLeft
from exams.models import Attempt, Exam, User
from proctoring.models import Session
from proctoring.services.ending import end_session, end_when_due
from proctoring.services.errors import ConsentMissing
from proctoring.services.policies import is_watched


def is_unwatched(candidate: User, exam: Exam) -> bool:
    """Whether they sit this exam unwatched, or would if they began now. An attempt goes on as it began, whatever has
    become of the policy."""
    attempt = Attempt.objects.filter(exam=exam, candidate=candidate, state=Attempt.State.RUNNING).first()
    if attempt is not None and Session.objects.filter(attempt=attempt).exists():
        return False
    if attempt is not None and attempt.started_at is not None:
        return True
    return not is_watched(exam)


@transaction.atomic
def begin_unwatched(*, candidate: User, exam: Exam) -> Attempt:
    """The attempt to go on with, or a new one with its clock running: there is nothing to check before.

    Raises ConsentMissing where the exam is watched, NotEnrolled, ExamNotOpen or AttemptFinished.
    """
    User.objects.select_for_update().get(pk=candidate.pk)  # two clicks at once make one attempt
    if not is_unwatched(candidate, exam):
        raise ConsentMissing
    attempt = exam_services.open_attempt(candidate=candidate, exam=exam)
    return exam_services.start_attempt(attempt=attempt)


def hand_in(attempt: Attempt) -> Attempt:
    """The candidate finishes, watched or not. Raises AttemptNotStarted for somebody who has seen no question yet."""
    session = Session.objects.filter(attempt=attempt).first()
    if session is not None:
        end_session(session.pk, Session.EndedBy.CANDIDATE)
        attempt.refresh_from_db()
        return attempt
    if attempt.state == Attempt.State.RUNNING and attempt.started_at is None:
        raise AttemptNotStarted
    return exam_services.submit_attempt(attempt=attempt)


def hand_in_when_due(attempt: Attempt) -> Attempt:
    """The page finds that time is up, watched or not. Raises TimeLeft when the server's clock says otherwise."""
    session = Session.objects.filter(attempt=attempt).first()
    if session is None:
        return exam_services.submit_when_due(attempt=attempt)
    if end_when_due(session.pk) is None:
        raise TimeLeft
    attempt.refresh_from_db()
    return attempt
