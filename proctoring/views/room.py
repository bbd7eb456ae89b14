"""The room an exam is sat in, watched or not."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET

from exams import overview, timing
from exams import selectors as exam_selectors
from exams.models import Attempt, Exam, User
from proctoring import consent, selectors, services
from proctoring.models import Session
from proctoring.risk.policy import Policy
from proctoring.views.candidate import ended_by_proctors, signed_in

ENDED_MESSAGES = {
    Session.EndedBy.CANDIDATE: "You have handed in your exam.",
    Session.EndedBy.PROCTOR: "A proctor has stopped watching. Your saved answers have been handed in.",
    Session.EndedBy.DEADLINE: "Time is up. Your saved answers have been handed in.",
    Session.EndedBy.CONSENT: "Watching ended when you withdrew your consent. Your saved answers have been handed in.",
    Session.EndedBy.REPLAY: "This was a replayed clip, and it is over.",
}


@login_required
@never_cache
@ensure_csrf_cookie
@require_GET
def room(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """One page from the system check to the end, so that the browser asks for the camera once."""
    user = signed_in(request)
    try:
        session = selectors.own_session_for(user, session_id)
    except Session.DoesNotExist:
        raise Http404 from None
    ended = session.state == Session.State.ENDED
    if not ended and (session.consent is None or session.consent.withdrawn_at is not None):
        messages.info(request, "Please read what is captured and agree before you go on.")
        return redirect("practice") if session.exam is None else redirect("exam", session.exam.pk)
    context = {
        "session": session,
        "exam": session.exam,
        "attempt": session.attempt,
        "policy": Policy.from_dict(session.policy),
        "ended_message": ended_message(session),
        "finish_url": reverse("api_finish", args=[session.pk]),
        "signals_url": reverse("api_signals", args=[session.pk]),
        "withdraw_url": reverse("api_withdraw", args=[session.pk]),
        "given": session.consent,
        "sections": consent.sections(session.consent.text.text) if session.consent is not None else [],
        **about(user, session.exam),
        **about_time(session.attempt),
    }
    return render(request, "candidate/room.html", context)


@login_required
@never_cache
@ensure_csrf_cookie
@require_GET
def unwatched_room(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The same page without camera, connection and consent: it opens on the questions."""
    user = signed_in(request)
    try:
        attempt = exam_selectors.own_attempt_for(user, attempt_id)
    except Attempt.DoesNotExist:
        raise Http404 from None
    session = Session.objects.filter(attempt=attempt).first()
    if session is not None:
        return redirect("room", session.pk)
    if attempt.started_at is None or attempt.state == Attempt.State.SUBMITTED:
        return redirect("exam", attempt.exam_id)
    context = {
        "session": None,
        "exam": attempt.exam,
        "attempt": attempt,
        "policy": services.policy_for(attempt.exam, user),
        "finish_url": reverse("api_attempt_finish", args=[attempt.pk]),
        **about(user, attempt.exam),
        **about_time(attempt),
    }
    return render(request, "candidate/room.html", context)


def about(user: User, exam: Exam | None) -> dict[str, object]:
    """What the page says and looks like, watched or not."""
    if exam is None:
        return {}
    granted = timing.granted(user.pk, exam)
    return {
        "afterwards": overview.afterwards(exam),
        "larger_type": granted.larger_type,
        "duration": overview.duration(exam, granted),
    }


def about_time(attempt: Attempt | None) -> dict[str, object]:
    """So that a page opened during a break does not ask for the camera first."""
    return {"on_break": attempt is not None and timing.break_time(attempt).open is not None}


def ended_message(session: Session) -> str:
    """Why the page finds the session over when it is opened again; empty while it goes on."""
    if session.state != Session.State.ENDED:
        return ""
    attempt = session.attempt
    if attempt is not None and (told := ended_by_proctors([attempt]).get(attempt.pk)):
        return told
    if attempt is None or attempt.state == Attempt.State.SUBMITTED:
        return ENDED_MESSAGES[Session.EndedBy(session.ended_by)]
    if attempt.started_at is None:
        return "Watching ended before the exam began. Please ask your institution how to go on."
    return "Watching has ended, and your exam goes on."
