"""What a candidate says of what was recorded of them, for whoever decides: kept as it was written, in the chain too."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from exams.services import webhooks
from exams.webhooks.events import WebhookEvent, moment
from proctoring import own_record
from proctoring.models import Session, Statement
from proctoring.selectors import Visitor
from proctoring.services import tell
from proctoring.services.entries import session_data, technical
from proctoring.services.errors import BadRequest, RecordClosed, StatementsUsedUp
from proctoring.services.policies import kept_until
from proctoring.services.recording import append_events, lock

STATEMENT = "CANDIDATE_STATEMENT"
LONGEST_STATEMENT = 2000
MOST_LINES = 100  # or a report of five has a hundred pages with a letter in each line
MOST_STATEMENTS = 5


@transaction.atomic
def give_statement(user: Visitor, attempt_id: UUID, text: str, *, client_id: UUID) -> Statement:
    """Sent again under the same ``client_id`` it is there already, and nothing is written twice.

    Raises Attempt.DoesNotExist for what is not the user's own or runs, RecordClosed while they may not see the record
    or nothing of it is left, StatementsUsedUp, and BadRequest for an empty or too long one.
    """
    attempt = own_record.attempt_for(user, attempt_id)
    found = Session.objects.filter(attempt=attempt).values_list("pk", flat=True).first()
    if found is None:
        raise RecordClosed("Nobody watched this attempt, so there is nothing here to say something about.")
    session = lock(found)  # from here on nobody reopens the attempt or deletes the log
    if (there := session.statements.filter(client_id=client_id).first()) is not None:
        return there
    _refuse_unless_open(session)
    before = session.statements.count()
    if before >= MOST_STATEMENTS:
        raise StatementsUsedUp
    written = _checked(text)
    statement = Statement.objects.create(session=session, text=written, client_id=client_id)
    number = len(written)
    sentence = f"The candidate wrote a statement, {number:,} character{'' if number == 1 else 's'} long."
    entry = technical(session, name=STATEMENT, at=statement.at, sentence=sentence, detail={"text": written})
    append_events(session, [entry])
    _tell(session, statement, before + 1)
    return statement


def _tell(session: Session, statement: Statement, number: int) -> None:
    """Staff who have the session's page open, and the institution's systems: that there is one, and never its words."""
    tell.page_after_commit(session.pk, {"type": "statement", "session": str(session.pk), "statements": number})
    if session.exam is not None:
        data = session_data(session) | {"statement": number, "written_at": moment(statement.at)}
        webhooks.publish(session.exam.institution_id, WebhookEvent.STATEMENT_WRITTEN, data)


def _refuse_unless_open(session: Session) -> None:
    if own_record.closed(session) is not None:
        raise RecordClosed
    due = kept_until(session, "keep_events_days")["keep_events_days"]
    if own_record.log_is_gone(session) or timezone.now() >= due:
        raise RecordClosed("What was recorded has been deleted, as you were told, so nothing is added to it.")


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd").strip()
    if not text:
        raise BadRequest("Please write something first.")
    if len(text) > LONGEST_STATEMENT:
        raise BadRequest(
            f"Your statement is {len(text):,} characters long; at most {LONGEST_STATEMENT:,} are kept. Please shorten "
            "it."
        )
    if (lines := text.count("\n") + 1) > MOST_LINES:
        raise BadRequest(f"Your statement has {lines:,} lines; at most {MOST_LINES} are kept. Please use fewer.")
    return text
