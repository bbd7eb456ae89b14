"""The one door to sessions and what belongs to them: who may see which.

Views, consumers, the API and the admin all come through here. Whoever may not see a row is told that there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from exams import timing
from exams.models import Attempt, Exam, Membership, Role, TimeChange, User
from proctoring.models import Event, Export, ProctorAction, Session, SessionReview, Statement

Visitor = User | AnonymousUser

WATCHING_ROLES = (Role.ADMINISTRATOR, Role.PROCTOR, Role.REVIEWER)
STOPPING_ROLES = (Role.ADMINISTRATOR, Role.PROCTOR)
CHECK_LEFT = timedelta(minutes=10)


def visible_exams(user: Visitor) -> QuerySet[Exam]:
    """Exams whose sessions the user may see. Authors write exams; they do not watch people."""
    if not isinstance(user, User) or not user.is_active:
        return Exam.objects.none()
    if user.is_superuser:
        return Exam.objects.all()
    watching = Membership.objects.filter(user=user, role__in=WATCHING_ROLES)
    return Exam.objects.filter(institution__in=watching.values("institution"))


def visible_sessions(user: Visitor) -> QuerySet[Session]:
    """Practice runs belong to no institution: nobody but a superuser sees them."""
    sessions = Session.objects.select_related("candidate", "exam__institution")
    if isinstance(user, User) and user.is_active and user.is_superuser:
        return sessions
    return sessions.filter(exam__in=visible_exams(user))


def may_watch(user: Visitor) -> bool:
    """Whether they may see any institution's sessions."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return user.is_superuser or Membership.objects.filter(user=user, role__in=WATCHING_ROLES).exists()


def visible_of(user: Visitor, exams: Iterable[int | None]) -> set[int | None]:
    """Those of the exams whose sessions the user may see. None stands for practice runs, which belong to no exam."""
    ids = set(exams)
    named = [pk for pk in ids if pk is not None]
    seen: set[int | None] = set(visible_exams(user).filter(pk__in=named).values_list("pk", flat=True))
    if isinstance(user, User) and user.is_active and user.is_superuser:
        seen |= ids & {None}
    return seen


def session_for(user: Visitor, session_id: UUID | str) -> Session:
    """Raises Session.DoesNotExist."""
    return visible_sessions(user).get(pk=session_id)


def session_of_attempt(user: Visitor, attempt_id: UUID | str) -> Session | None:
    """None where there is none, or none that the user may see."""
    try:
        return visible_sessions(user).filter(attempt__pk=attempt_id).first()
    except ValidationError:  # no UUID at all
        return None


def watchable_exam(user: Visitor, exam_id: int) -> Exam:
    """Raises Exam.DoesNotExist."""
    return visible_exams(user).select_related("institution").get(pk=exam_id)


def own_session_for(user: Visitor, session_id: UUID | str) -> Session:
    """The candidate's own session; raises Session.DoesNotExist for anybody else's."""
    if not isinstance(user, User) or not user.is_active:
        raise Session.DoesNotExist
    return Session.objects.select_related("exam__institution", "attempt__exam", "consent").get(
        pk=session_id, candidate=user
    )


def is_sat_now(*, prefix: str = "") -> Q:
    """Sessions for the wall: those that run, and checks going on. A check left ten minutes ago is none; its candidate
    is back on the wall as soon as they connect. ``prefix``: the way to the session, such as "proctoring_sessions__"."""
    lately = timezone.now() - CHECK_LEFT
    check = (
        Q(**{f"{prefix}connected": True})
        | Q(**{f"{prefix}last_frame_at__gte": lately})
        | Q(**{f"{prefix}last_frame_at__isnull": True, f"{prefix}created_at__gte": lately})
    )
    return Q(**{f"{prefix}state": Session.State.LIVE}) | Q(**{f"{prefix}state": Session.State.CHECKING}) & check


def sessions_on_wall(user: Visitor, exam: Exam) -> QuerySet[Session]:
    return visible_sessions(user).filter(is_sat_now(), exam=exam)


def unwatched_attempts(user: Visitor) -> QuerySet[Attempt]:
    """Attempts that run while nobody watches them: the exam is not watched, watching was stopped, or consent was
    withdrawn."""
    watched = Session.objects.filter(attempt=OuterRef("pk")).exclude(state=Session.State.ENDED)
    running = Attempt.objects.filter(state=Attempt.State.RUNNING, started_at__isnull=False)
    return running.filter(~Exists(watched), exam__in=visible_exams(user))


def on_break(sessions: Sequence[Session]) -> set[UUID]:
    """Which of the sessions' candidates are on a break: nobody is missed there."""
    attempts = {session.attempt_id: session.pk for session in sessions if session.attempt_id is not None}
    taken = timing.open_breaks(timezone.now()).filter(attempt__in=attempts)
    return {attempts[attempt_id] for attempt_id in taken.values_list("attempt", flat=True)}


def may_stop(user: Visitor, session: Session) -> bool:
    """Administrators and proctors of the exam's institution may; reviewers only look."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if user.is_superuser:
        return True
    if session.exam is None:
        return False
    return Membership.objects.filter(
        user=user, institution=session.exam.institution_id, role__in=STOPPING_ROLES
    ).exists()


def may_review(user: Visitor, session: Session) -> bool:
    """Whoever may see an exam's session says what they make of it."""
    return session.exam_id is not None and visible_sessions(user).filter(pk=session.pk).exists()


def unread_statements() -> QuerySet[Statement]:
    """Of the session of a query around it: what the candidate wrote and nobody has reviewed since."""
    later = SessionReview.objects.filter(session=OuterRef("session"), at__gte=OuterRef("at"))
    return Statement.objects.filter(~Exists(later), session=OuterRef("pk"))


def visible_events(user: Visitor) -> QuerySet[Event]:
    events = Event.objects.select_related("session__candidate", "session__exam__institution")
    if isinstance(user, User) and user.is_active and user.is_superuser:
        return events
    return events.filter(session__exam__in=visible_exams(user))


def event_with_snapshot(user: Visitor, session_id: UUID, storage_name: str) -> Event:
    """The event whose picture this is, while the picture is there; raises Event.DoesNotExist."""
    return visible_events(user).get(session_id=session_id, snapshot=storage_name, snapshot_deleted_at__isnull=True)


def visible_exports(user: Visitor) -> QuerySet[Export]:
    """A person's own exports, as long as they may still see the exam."""
    if not isinstance(user, User):
        return Export.objects.none()
    exports = Export.objects.select_related("exam__institution", "session__candidate", "requested_by")
    return exports.filter(requested_by=user, exam__in=visible_exams(user))


def export_for(user: Visitor, export_id: UUID) -> Export:
    """Raises Export.DoesNotExist."""
    return visible_exports(user).get(pk=export_id)


def ended_by_proctors(attempts: Iterable[Attempt]) -> dict[UUID, str]:
    """Of attempts handed in, those that a proctor ended, with the reason (of ProctorAction.Reason); one query at most.
    One that was reopened since was handed in anew."""
    handed_in = [attempt.pk for attempt in attempts if attempt.state == Attempt.State.SUBMITTED]
    if not handed_in:
        return {}
    reopened = TimeChange.objects.filter(
        attempt=OuterRef("session__attempt"), kind=TimeChange.Kind.REOPENED, at__gte=OuterRef("at")
    )
    actions = ProctorAction.objects.filter(session__attempt__in=handed_in, action=ProctorAction.Action.END_ATTEMPT)
    reasons = actions.filter(~Exists(reopened)).order_by("at", "pk")
    return dict(reasons.values_list("session__attempt", "reason"))


def unfinished_session_of(user: User, exam: Exam | None) -> Session | None:
    """The user's own session that goes on with this exam, or their practice run; what ``begin_session`` would return.

    An exam's may have ended while the attempt runs: then the exam goes on unwatched.
    """
    sessions = Session.objects.filter(candidate=user).select_related("consent__text")
    if exam is not None:
        return sessions.filter(attempt__exam=exam, attempt__state=Attempt.State.RUNNING).first()
    return sessions.filter(kind=Session.Kind.PRACTICE).exclude(state=Session.State.ENDED).first()
