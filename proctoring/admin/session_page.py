"""One session: live while it runs, the record of it afterwards. Pictures, graph and timeline are drawn by
``static/js/proctor/session.js`` from the same shapes that the live messages have."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from exams.admin.attempts import refuse_unless_post
from exams.admin.time_changes import TimeForm, change_time, time_context
from exams.errors import ExamError
from exams.models import Attempt, User
from proctoring import selectors, services
from proctoring.admin.base import refuse_unless, session_or_404
from proctoring.admin.forms import ACTIONS, WHAT_FOLLOWS, StopForm
from proctoring.admin.live_data import PAGE_EVENTS, lasted_by_event, looks_payload, risk_samples, session_events
from proctoring.admin.wall import number
from proctoring.models import ProctorAction, Session, SessionReview
from proctoring.reports.counters import counter_rows
from proctoring.reports.pdf.case import at_once
from proctoring.reports.policy_words import policy_context
from proctoring.reports.record import zone_of
from proctoring.reports.statements import no_statement


def _page_url(session: Session) -> str:
    return reverse("admin:proctoring_session_change", args=[session.pk])


def _verdict_url(session: Session) -> str:
    """Of the event numbered 0; the page puts its events' numbers there."""
    return reverse("admin:proctoring_session_verdict", args=[session.pk, 0])


def live_config(request: HttpRequest, session: Session) -> dict[str, Any]:
    return {
        "id": str(session.pk),
        "ended": session.state == Session.State.ENDED,
        "socket": f"/ws/proctor/sessions/{session.pk}/",
        "gap": reverse("admin:proctoring_session_events", args=[session.pk]),
        "timeZone": str(zone_of(session)),
        "events": session_events(request, session),
        "samples": risk_samples(session),
        "risk": session.risk_total,
        "started": session.started_at.timestamp() if session.started_at else None,
        "looks": looks_payload(session),
        "reviewed": session.reviews.exists(),
        "verdict": _verdict_url(session) if selectors.may_review(request.user, session) else "",
        "statements": session.statements.count() if session.exam_id is not None else None,
        "finished": session.ended_at.timestamp() if session.ended_at else None,
    }


def stop_choices(session: Session) -> list[tuple[str, str, str]]:
    """What can still be stopped, in words, and what follows: an exam that goes on unwatched can still be ended."""
    ended = session.state == Session.State.ENDED
    runs = session.attempt is not None and session.attempt.state == Attempt.State.RUNNING
    possible = {ProctorAction.Action.STOP_WATCHING: not ended, ProctorAction.Action.END_ATTEMPT: runs}
    return [(action.value, label, WHAT_FOLLOWS[action]) for action, label in ACTIONS.items() if possible[action]]


def statement_context(session: Session) -> dict[str, Any]:
    """Reviews, and what the candidate wrote; how much of it since the newest review."""
    reviews, statements = list(session.reviews.select_related("by")), list(session.statements.all())
    reviewed = reviews[-1].at if reviews else None
    return {
        "reviews": reviews,
        "statements": statements,
        "unread_statements": sum(reviewed is None or one.at > reviewed for one in statements),
        "no_statement": no_statement(session),
    }


def session_page(
    request: HttpRequest,
    session_id: str,
    *,
    site: AdminSite,
    stop_form: StopForm | None = None,
    time_form: TimeForm | None = None,
) -> HttpResponse:
    session = session_or_404(request, session_id)
    ended = session.state == Session.State.ENDED
    choices = stop_choices(session)
    context: dict[str, Any] = {
        **site.each_context(request),
        **policy_context(session),
        **(time_context(request, session.attempt, time_form) if session.attempt is not None else {}),
        "time_url": reverse("admin:proctoring_session_time", args=[session.pk]),
        "title": f"Session of {session.candidate.display_name}",
        "opts": Session._meta,
        "original": session,
        "session": session,
        "ended": ended,
        "zone": zone_of(session),
        "may_stop": bool(choices) and selectors.may_stop(request.user, session),
        "stop_form": stop_form or StopForm(),
        "stop_choices": choices,
        "proctor_actions": session.actions.select_related("user"),
        "may_review": selectors.may_review(request.user, session),
        **statement_context(session),
        "review_outcomes": SessionReview.Outcome.choices,
        "counters": counter_rows(session),
        "report_at_once": at_once(session),
        "live_config": live_config(request, session),
        "hidden_events": max(0, session.event_count - PAGE_EVENTS),
    }
    status = 200 if stop_form is None and time_form is None else 422
    return TemplateResponse(request, "proctoring_admin/session.html", context, status=status)


def session_gap(request: HttpRequest, session_id: str) -> JsonResponse:
    """Events and risk since what the page saw last, asked after every (re)connection; and what may change afterwards:
    how long somebody was away, how many events need a look, and how many statements there are."""
    session = session_or_404(request, session_id)
    return JsonResponse(
        {
            "events": session_events(request, session, after=number(request, "after")),
            "samples": risk_samples(session, after_ms=number(request, "after_ms")),
            "lasted": lasted_by_event(session),
            "looks": looks_payload(session),
            "statements": session.statements.count(),
        }
    )


def change_session_time(request: HttpRequest, session_id: str, *, site: AdminSite) -> HttpResponse:
    """Time for the attempt, or the attempt open again, from the session's page."""
    session = session_or_404(request, session_id)
    if session.attempt is None:
        raise Http404("A session without an attempt has no time to change.")
    refuse_unless_post(request, session.attempt)
    form = change_time(request, session.attempt)
    if form is not None:
        return session_page(request, session_id, site=site, time_form=form)
    return HttpResponseRedirect(_page_url(session))


def stop_session(request: HttpRequest, session_id: str, *, site: AdminSite) -> HttpResponse:
    """A person's decision, with a reason, kept in the session's log. Only by POST."""
    session = session_or_404(request, session_id)
    user = request.user
    allowed = isinstance(user, User) and selectors.may_stop(user, session)
    refuse_unless(allowed, "Only proctors and administrators of the exam's institution may stop a session.")
    if request.method != "POST":
        return HttpResponse("Use the form on the session's page to stop it.", status=405, headers={"Allow": "POST"})
    form = StopForm(request.POST)
    if not form.is_valid():
        return session_page(request, session_id, site=site, stop_form=form)
    chosen = form.cleaned_data
    try:
        services.stop_by_proctor(
            user=user,
            session_id=session.pk,
            action=ProctorAction.Action(chosen["action"]),
            reason=ProctorAction.Reason(chosen["reason"]),
            note=chosen["note"],
        )
    except ExamError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Done: {ProctorAction.Action(chosen['action']).label.lower()}, with your reason.")
    return HttpResponseRedirect(_page_url(session))
