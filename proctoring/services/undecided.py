"""What the record of an exam leaves open when its results are to be published: cases to be followed up, and sessions
that nobody has looked at. A person decides; this only says so."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.dispatch import receiver
from django.urls import reverse

from exams import signals
from exams.models import Exam, User
from exams.undecided import Named, Undecided
from proctoring import attention, selectors
from proctoring.models import Session, SessionReview

MOST_NAMED = 20
FOLLOW_UP = SessionReview.Outcome.FOLLOW_UP


@receiver(signals.publishing)
def answer(sender: type[Exam], *, exam: Exam, by: User, **_: Any) -> list[Undecided]:
    """Empty where nothing is open. Authors publish results and see no session: they are told how many."""
    ended = Session.objects.filter(exam=exam, state=Session.State.ENDED, kind=Session.Kind.EXAM)
    to_follow = attention.with_review(ended).filter(newest_review=FOLLOW_UP)
    to_look = attention.needing_look(ended).exclude(pk__in=to_follow.order_by().values("pk"))
    rest = ended.filter(reviews__isnull=True).exclude(pk__in=to_look.order_by().values("pk")).count()
    found = [
        _said(to_follow, exam, by, ("is to be followed up", "are to be followed up"), f"review={FOLLOW_UP}"),
        _said(
            to_look,
            exam,
            by,
            (
                "needs a look: nobody has said yet what its record comes to",
                "need a look: nobody has said yet what their records come to",
            ),
            "look=ended",
        ),
        _unreviewed(rest),
    ]
    return [one for one in found if one.number]


def _said(sessions: QuerySet[Any], exam: Exam, by: User, words: tuple[str, str], query: str) -> Undecided:
    number = sessions.count()
    sentence = f"{_sessions(number)} {words[number != 1]}."
    seen = selectors.visible_sessions(by).filter(pk__in=sessions.order_by().values("pk")) if number else None
    if seen is None or not seen.exists():
        who = "Its proctors, reviewers and administrators can tell whose." if number else ""
        return Undecided(f"{sentence} {who}".strip(), number)
    rows = seen.order_by("candidate__last_name", "candidate__first_name", "pk")[:MOST_NAMED]
    named = tuple(
        Named(row.candidate.display_name, reverse("admin:proctoring_session_change", args=[row.pk])) for row in rows
    )
    return Undecided(
        sentence, number, named, f"{reverse('admin:proctoring_session_changelist')}?exam={exam.pk}&{query}"
    )


def _unreviewed(number: int) -> Undecided:
    """Of these nobody need decide anything, so nobody is asked about them."""
    has = "has no review" if number == 1 else "have no review"
    which = "no integrity event was recorded in it" if number == 1 else "no integrity event was recorded in them"
    return Undecided(f"{_sessions(number)} more {has}: {which}, or each was dismissed.", number, asks=False)


def _sessions(number: int) -> str:
    return f"{number} session{'' if number == 1 else 's'}"
