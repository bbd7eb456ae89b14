"""What a candidate sees before the room: their exams, and what an exam captures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from exams import selectors as exam_selectors
from exams.errors import ExamError
from exams.models import Attempt, Exam, User
from proctoring import consent, selectors, services
from proctoring.models import Session


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
    if services.is_unwatched(user, wanted):
        context = {
            "exam": wanted,
            "state": state_of(attempt),
            "is_open": wanted.is_open(),
            "unwatched_sections": consent.sections(consent.unwatched_text(wanted, user)),
        }
        return render(request, "candidate/exam.html", context)
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
    try:
        return redirect(begin(user, wanted))
    except ExamError as error:
        messages.error(request, error.message)
        return here


def begin(user: User, wanted: Exam | None) -> str:
    """The address of the room: one that is watched, or not."""
    if wanted is not None and services.is_unwatched(user, wanted):
        return reverse("unwatched_room", args=[services.begin_unwatched(candidate=user, exam=wanted).pk])
    kind = Session.Kind.PRACTICE if wanted is None else Session.Kind.EXAM
    return reverse("room", args=[services.begin_session(candidate=user, exam=wanted, kind=kind).pk])
