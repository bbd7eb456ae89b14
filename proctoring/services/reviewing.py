"""What people make of a record: an event confirmed or dismissed, a session reviewed. Each is an entry in the chain."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from exams.models import User
from exams.services import webhooks
from exams.webhooks.events import WebhookEvent, moment
from proctoring import attention, selectors
from proctoring.models import Event, EventVerdict, Session, SessionReview
from proctoring.risk.events import EventDraft
from proctoring.services import tell
from proctoring.services.entries import session_data
from proctoring.services.errors import BadRequest, NotAllowed
from proctoring.services.recording import Drafted, append_events, lock

EVENT_CONFIRMED, EVENT_DISMISSED, VERDICT_TAKEN_BACK = "EVENT_CONFIRMED", "EVENT_DISMISSED", "VERDICT_TAKEN_BACK"
SESSION_REVIEWED = "SESSION_REVIEWED"
# The entry of the log that each verdict makes, and how its sentence goes.
ENTRIES: dict[str, tuple[str, str]] = {
    EventVerdict.Verdict.CONFIRMED: (EVENT_CONFIRMED, "confirmed"),
    EventVerdict.Verdict.DISMISSED: (EVENT_DISMISSED, "dismissed"),
    EventVerdict.Verdict.TAKEN_BACK: (VERDICT_TAKEN_BACK, "took back the verdict on"),
}
LONGEST_NOTE = 2000


@transaction.atomic
def judge_event(
    user: selectors.Visitor, session_id: UUID | str, event_id: int, verdict: str, note: str = ""
) -> EventVerdict:
    """Confirm or dismiss an event, or take the verdict back; again, to change one's mind. What was said before stays on
    record, and the points stay what they were when it happened.

    Raises Session.DoesNotExist and Event.DoesNotExist for what the user may not see, BadRequest for a verdict that is
    not on the list, for one to take back where none is in force, and for events of another ledger.
    """
    session, person = _open(user, session_id)
    event = session.events.get(pk=event_id)
    if verdict not in EventVerdict.Verdict.values:
        raise BadRequest("An event is confirmed or dismissed, or its verdict is taken back.")
    if event.ledger != Event.Ledger.INTEGRITY:
        raise BadRequest("Only integrity events are confirmed or dismissed.")
    if verdict == attention.TAKEN_BACK and attention.in_force(list(event.verdicts.all())) is None:
        raise BadRequest("This event has no verdict that could be taken back.")
    given = EventVerdict.objects.create(event=event, verdict=verdict, note=_checked(note), by=person)
    name, did = ENTRIES[verdict]
    _record(
        session,
        name=name,
        sentence=f"{person.display_name} {did} {event.name} (entry {event.sequence}).",
        detail={"sequence": event.sequence, "event": event.name, "note": given.note, "user": person.pk},
    )
    _tell_the_wall(session)
    if name == EVENT_CONFIRMED and session.exam is not None:
        data = session_data(session) | {
            "sequence": event.sequence,
            "event": event.name,
            "unix_time": event.unix_ms / 1000,
            "confirmed_at": moment(given.at),
        }
        webhooks.publish(session.exam.institution_id, WebhookEvent.EVENT_CONFIRMED, data)
    return given


@transaction.atomic
def review_session(user: selectors.Visitor, session_id: UUID | str, outcome: str, note: str = "") -> SessionReview:
    """Say what the record comes to, once the session has ended; again, to correct it.

    Raises Session.DoesNotExist for those who may not see it, BadRequest while it runs or for an unknown outcome.
    """
    session, person = _open(user, session_id)
    if session.state != Session.State.ENDED:
        raise BadRequest("A session is reviewed when it has ended.")
    if outcome not in SessionReview.Outcome.values:
        raise BadRequest("Choose what the review comes to.")
    note = _checked(note)
    if outcome == SessionReview.Outcome.FOLLOW_UP and not note:
        raise BadRequest("Say in the note what is to be followed up.")
    review = SessionReview.objects.create(session=session, outcome=outcome, note=note, by=person)
    _record(
        session,
        name=SESSION_REVIEWED,
        sentence=f"{person.display_name} reviewed the session: {review.get_outcome_display().lower()}.",
        detail={"outcome": outcome, "note": review.note, "user": person.pk},
    )
    if session.exam is not None:
        data = session_data(session) | {"outcome": outcome, "reviewed_at": moment(review.at)}
        webhooks.publish(session.exam.institution_id, WebhookEvent.SESSION_REVIEWED, data)
    return review


def _open(user: selectors.Visitor, session_id: UUID | str) -> tuple[Session, User]:
    visible = selectors.session_for(user, session_id)
    if not isinstance(user, User) or not selectors.may_review(user, visible):
        raise NotAllowed
    session = lock(visible.pk)
    if session.event_count and not session.events.exists():
        raise BadRequest("The log of this session has been deleted, as was promised; there is nothing left to review.")
    return session, user


def _tell_the_wall(session: Session) -> None:
    """Others who watch the exam are to see that one less needs a look, or one more."""
    if session.exam_id is not None:
        looks = {"type": "looks", "session": str(session.pk), "events": attention.looks_of(session).events}
        tell.wall_after_commit(session.exam_id, looks)


def _checked(note: str) -> str:
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise BadRequest(f"The note is {len(note):,} characters long; at most {LONGEST_NOTE:,} are kept.")
    return note


def _record(session: Session, *, name: str, sentence: str, detail: dict[str, Any]) -> None:
    draft = EventDraft(
        ledger="technical",
        name=name,
        time=timezone.now().timestamp(),
        risk_delta=0,
        risk_total=session.risk_total,
        phone_detected=False,
        looking_away=False,
        face_count=None,
        sentence=sentence,
        detail=detail,
    )
    append_events(session, [Drafted(draft)])
