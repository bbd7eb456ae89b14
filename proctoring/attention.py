"""What still needs a look from a person. It is defined here, and every count and mark of it comes from here.

* **An event needs a look** while it is of the integrity ledger, nobody has confirmed or dismissed it, and nobody has
  reviewed its session. Of several verdicts the newest counts; one that was taken back is none.
* **A session needs a look** while nobody has reviewed it and it holds an integrity event that nobody has dismissed: one
  without a verdict, or one that was confirmed and of which nobody has said yet what it comes to. And again while its
  candidate has said something that nobody has reviewed it since.

A practice run belongs to nobody who could look. Risk is no part of this: it stays what it was when it was recorded,
whatever people make of it later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from proctoring import selectors
from proctoring.models import Event, EventVerdict, Session, SessionReview

DISMISSED = EventVerdict.Verdict.DISMISSED
TAKEN_BACK = EventVerdict.Verdict.TAKEN_BACK


@dataclass(frozen=True, slots=True)
class Looks:
    """How a session stands: how many of its events need a look, and the points of its events, dismissed ones too."""

    events: int
    points: int
    dismissed_points: int

    @property
    def points_in_words(self) -> str:
        """ "35 points, 15 of them from dismissed events"."""
        points = f"{self.points} point{'' if self.points == 1 else 's'}"
        if not self.dismissed_points:
            return points
        which = "all" if self.dismissed_points == self.points else self.dismissed_points
        return f"{points}, {which} of them from dismissed events"


def in_force(verdicts: Sequence[EventVerdict]) -> EventVerdict | None:
    """Of an event's verdicts, the oldest first, the one that counts."""
    return verdicts[-1] if verdicts and verdicts[-1].verdict != TAKEN_BACK else None


def with_verdict(events: QuerySet[Event]) -> QuerySet[Any]:
    """Each with ``verdict``: "confirmed", "dismissed", or "" where none is in force."""
    none = When(newest_verdict=TAKEN_BACK, then=Value(""))
    given: QuerySet[Any] = _with_newest_verdict(events).annotate(verdict=Case(none, default=F("newest_verdict")))
    return given


def _with_newest_verdict(events: QuerySet[Event]) -> QuerySet[Any]:
    newest = EventVerdict.objects.filter(event=OuterRef("pk")).order_by("-at", "-pk").values("verdict")[:1]
    return events.annotate(newest_verdict=Coalesce(Subquery(newest), Value("")))


def to_look_at(events: QuerySet[Event]) -> QuerySet[Any]:
    """Those that need a look."""
    reviewed = SessionReview.objects.filter(session=OuterRef("session"))
    scored = events.filter(ledger=Event.Ledger.INTEGRITY, session__exam__isnull=False)
    return with_verdict(scored).filter(~Exists(reviewed), verdict="")


def needing_look(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """Those that need a look."""
    return sessions.filter(_needs_look())


def _needs_look() -> Q:
    integrity = Event.objects.filter(session=OuterRef("pk"), ledger=Event.Ledger.INTEGRITY)
    undismissed = Exists(_with_newest_verdict(integrity).exclude(newest_verdict=DISMISSED))
    reviewed = SessionReview.objects.filter(session=OuterRef("pk"))
    unread = Exists(selectors.unread_statements())
    # PostgreSQL asks in this order: a session that has been reviewed is spared the walk through its events.
    return Q(Q(~Exists(reviewed), undismissed) | Q(unread), exam__isnull=False)


def with_looks(sessions: QuerySet[Session]) -> QuerySet[Any]:
    """Each with ``needs_look``, and ``events_to_look_at``: how many of its events do."""
    own = to_look_at(Event.objects.filter(session=OuterRef("pk"))).order_by().values("session")
    number = own.annotate(number=Count("pk")).values("number")
    return sessions.annotate(needs_look=_needs_look(), events_to_look_at=Coalesce(Subquery(number), 0))


def looks_by_session(sessions: QuerySet[Session]) -> dict[str, int]:
    """Of these sessions those with events that need a look, and how many."""
    counted = to_look_at(Event.objects.filter(session__in=sessions.order_by().values("pk")))
    by_session = counted.order_by().values_list("session").annotate(number=Count("pk"))
    return {str(session): number for session, number in by_session}


def looks_of(session: Session) -> Looks:
    integrity = with_verdict(session.events.filter(ledger=Event.Ledger.INTEGRITY))
    points = integrity.aggregate(
        all=Coalesce(Sum("risk_delta"), 0),
        dismissed=Coalesce(Sum("risk_delta", filter=Q(verdict=DISMISSED)), 0),
    )
    return Looks(to_look_at(session.events.all()).count(), points["all"], points["dismissed"])


def with_review(sessions: QuerySet[Session]) -> QuerySet[Any]:
    """Each with ``newest_review``: the outcome that counts, None where nobody has reviewed it."""
    newest = SessionReview.objects.filter(session=OuterRef("pk")).order_by("-at", "-pk").values("outcome")[:1]
    return sessions.annotate(newest_review=Subquery(newest))
