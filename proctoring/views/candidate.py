"""What a candidate sees: their exams, what an exam captures, and the room it is sat in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from exams import selectors as exam_selectors
from exams.errors import ExamError
from exams.models import Attempt, Exam, User
from proctoring import consent, selectors, services
from proctoring.models import Session

ENDED_MESSAGES = {
    Session.EndedBy.CANDIDATE: "You have handed in your exam.",
    Session.EndedBy.PROCTOR: "A proctor has ended this session. Your saved answers have been handed in.",
    Session.EndedBy.DEADLINE: "Time is up. Your saved answers have been handed in.",
    Session.EndedBy.REPLAY: "This was a replayed clip, and it is over.",
}


@dataclass(frozen=True, slots=True)
class ExamRow:
    """An exam on the start page, with what the candidate can do about it."""

    exam: Exam
    state: str  # "new", "resume" or "finished"


def signed_in(request: HttpRequest) -> User:
    """Behind ``login_required`` there is always one; this tells the type checker."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


@login_required
@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    sits_exams = exam_selectors.sits_exams(user)
    if user.is_staff and not sits_exams:
        return redirect("admin:index")
    exams = list(exam_selectors.exams_open_to(user))
    attempts = exam_selectors.own_attempts_by_exam(user, exams)
    rows = [ExamRow(exam, state_of(attempts.get(exam.pk))) for exam in exams]
    coming_up = exam_selectors.exams_coming_up_for(user)
    return render(request, "candidate/home.html", {"rows": rows, "coming_up": coming_up})


def state_of(attempt: Attempt | None) -> str:
    if attempt is None or (attempt.started_at is None and attempt.state == Attempt.State.RUNNING):
        return "new"
    return "finished" if attempt.state == Attempt.State.SUBMITTED else "resume"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def exam(request: HttpRequest, exam_id: int) -> HttpResponse:
    """What this exam captures, and the candidate's consent to it."""
    user = signed_in(request)
    try:
        wanted = exam_selectors.enrolled_exam_for(user, exam_id)
    except Exam.DoesNotExist:
        raise Http404 from None
    if request.method == "POST":
        return act(request, user, wanted)
    attempt = exam_selectors.own_attempts_by_exam(user, [wanted]).get(wanted.pk)
    session = selectors.unfinished_session_of(user, wanted)
    context = consent_context(user, wanted, session) | {
        "exam": wanted,
        "state": state_of(attempt),
        "is_open": wanted.is_open(),
        "unwatched": session is not None and session.state == Session.State.ENDED,
        "enter_label": "Go on to the system check" if state_of(attempt) == "new" else "Go on with the exam",
        "may_lose_watching": True,
    }
    return render(request, "candidate/exam.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def practice(request: HttpRequest) -> HttpResponse:
    """The same as an exam's page, for a run that counts for nothing."""
    user = signed_in(request)
    if request.method == "POST":
        return act(request, user, None)
    session = selectors.unfinished_session_of(user, None)
    return render(request, "candidate/practice.html", consent_context(user, None, session))


def consent_context(user: User, wanted: Exam | None, session: Session | None) -> dict[str, Any]:
    """A session that has begun keeps its policy and its words, whatever the exam's are now."""
    begun = session.consent if session is not None else None
    given = begun if begun is not None and begun.withdrawn_at is None else consent.consent_for(user, wanted)
    text = given.text if given is not None else consent.current_text(wanted, user)
    return {
        "consent_text": text,
        "sections": consent.sections(text.text),
        "given": given,
        "words_changed": given is None and consent.earlier_consent_for(user, wanted) is not None,
    }


def act(request: HttpRequest, user: User, wanted: Exam | None) -> HttpResponse:
    """One of the page's three buttons: agree and go on, go on, withdraw."""
    here = redirect("practice") if wanted is None else redirect("exam", wanted.pk)
    action = request.POST.get("action")
    if action == "withdraw":
        services.withdraw_consent(candidate=user, exam=wanted)
        messages.success(request, "Your consent is withdrawn. Nothing more is recorded.")
        return here
    if action == "agree":
        if request.POST.get("agreed") != "yes":
            messages.error(request, "Please tick the box if you agree; without it nothing can be recorded.")
            return here
        try:
            consent.give(user, wanted, sha256=request.POST.get("sha256", ""))
        except consent.ConsentTextChanged:
            messages.error(request, "The text has changed while you read it. Please read it again.")
            return here
    elif action != "enter":
        messages.error(request, "This button is not known here. Please try again.")
        return here
    kind = Session.Kind.PRACTICE if wanted is None else Session.Kind.EXAM
    try:
        session = services.begin_session(candidate=user, exam=wanted, kind=kind)
    except ExamError as error:
        messages.error(request, error.message)
        return here
    return redirect("room", session.pk)


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
        "ended_message": ended_message(session),
        "finish_url": reverse("api_finish", args=[session.pk]),
        "signals_url": reverse("api_signals", args=[session.pk]),
    }
    return render(request, "candidate/room.html", context)


def ended_message(session: Session) -> str:
    """Why the page finds the session over when it is opened again; empty while it goes on."""
    if session.state != Session.State.ENDED:
        return ""
    attempt = session.attempt
    if attempt is None or attempt.state == Attempt.State.SUBMITTED:
        return ENDED_MESSAGES[Session.EndedBy(session.ended_by)]
    if attempt.started_at is None:
        return "Watching ended before the exam began. Please ask your institution how to go on."
    return "Watching has ended, and your exam goes on."
