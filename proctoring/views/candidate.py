"""What a candidate sees before the room: their exams, and what an exam captures."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from exams import overview, timing
from exams import selectors as exam_selectors
from exams.errors import ExamError
from exams.models import Attempt, Exam, User
from proctoring import consent, selectors, services
from proctoring.models import Session


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
    attempts = list(exam_selectors.own_attempts(user))
    exams = list(exam_selectors.exams_open_to(user))
    rows = overview.rows(exams, attempts, user, now=timezone.now())
    context = {
        "rows": [row for row in rows if row.standing.state != "finished"],
        "open_exams": exams,
        "coming_up": exam_selectors.exams_coming_up_for(user),
        "past": overview.past(attempts, ended_by_proctors(attempts)),
    }
    return render(request, "candidate/home.html", context)


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
    context = exam_context(user, wanted)
    if context["over"]:
        return render(request, "candidate/exam.html", context)
    if services.is_unwatched(user, wanted):
        context["unwatched_sections"] = consent.sections(consent.unwatched_text(wanted, user))
        return render(request, "candidate/exam.html", context)
    session = selectors.unfinished_session_of(user, wanted)
    context |= consent_context(user, wanted, session) | {
        "unwatched": session is not None and session.state == Session.State.ENDED,
        "enter_label": "Go on to the system check" if context["begins"] else "Go on with the exam",
    }
    return render(request, "candidate/exam.html", context)


def exam_context(user: User, wanted: Exam) -> dict[str, Any]:
    """What holds for this candidate, whether or not the exam is watched. ``over``: nothing is left to do here."""
    now = timezone.now()
    attempts = list(exam_selectors.own_attempts(user).filter(exam=wanted))
    standing, granted = overview.standing(wanted, attempts, now=now), timing.granted(user.pk, wanted)
    begins, is_open = standing.state in ("new", "again"), wanted.is_open(now)
    return {
        "exam": wanted,
        "state": standing.state,
        "number": standing.number,
        "begins": begins,
        "is_open": is_open,
        "over": standing.state == "finished" or (begins and not is_open),
        "past": overview.past(attempts, ended_by_proctors(attempts)),
        "duration": overview.duration(wanted, granted),
        "breaks": overview.breaks(granted),
        "afterwards": overview.afterwards(wanted),
        "larger_type": granted.larger_type,
    }


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


def ended_by_proctors(attempts: list[Attempt]) -> dict[UUID, str]:
    """What their candidate is told of attempts that a proctor ended; later too, and then whom to ask."""
    reasons = selectors.ended_by_proctors(attempts)
    return {
        attempt.pk: f"{services.told_of_end(reasons[attempt.pk])} "
        f"Ask {attempt.exam.institution.whom_to_ask} if you have questions about it."
        for attempt in attempts
        if attempt.pk in reasons
    }


def consent_context(user: User, wanted: Exam | None, session: Session | None) -> dict[str, Any]:
    """A session that has begun keeps its policy and its words, whatever the exam's are now."""
    begun = session.consent if session is not None else None
    given = begun if begun is not None and begun.withdrawn_at is None else consent.consent_for(user, wanted)
    text = given.text if given is not None else consent.current_text(wanted, user)
    return {
        "consent_text": text,
        "sections": consent.sections(text.text),
        "given": given,
        "watched_now": session is not None and session.state == Session.State.LIVE,
        "words_changed": given is None and consent.earlier_consent_for(user, wanted) is not None,
    }


def act(request: HttpRequest, user: User, wanted: Exam | None) -> HttpResponse:
    """One of the page's three buttons: agree and go on, go on, withdraw."""
    here = redirect("practice") if wanted is None else redirect("exam", wanted.pk)
    action = request.POST.get("action")
    if action == "withdraw":
        services.withdraw_consent(candidate=user, exam=wanted)
        messages.success(request, "Your consent is withdrawn. You are not watched any more.")
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
