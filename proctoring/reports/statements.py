"""What those who decide are told of a candidate who wrote nothing."""

from __future__ import annotations

from proctoring import own_record
from proctoring.models import RecordShown, Session


def no_statement(session: Session) -> str:
    """Why there is none: nobody should take silence for an answer that could not be given."""
    if session.exam is None:
        return "Nobody writes a statement about a session that belongs to no exam."
    if own_record.log_is_gone(session):
        return "What the candidate may have written was deleted with the log, as was promised."
    if session.state != Session.State.ENDED:
        return "The candidate can write one once the exam is over."
    when = own_record.shown(session)
    if when == RecordShown.NEVER:
        return "The candidate cannot write one here: the exam’s policy never shows them what was recorded."
    if when == RecordShown.PUBLISHED and session.exam.results_published_at is None:
        return "The candidate can write one here once the results are published, and not yet."
    return "The candidate has written none here."
