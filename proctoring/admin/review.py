"""The review of a session from its page: what a person makes of its events, and of the whole."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from exams.errors import ExamError
from proctoring import services
from proctoring.admin.base import session_or_404
from proctoring.admin.live_data import looks_payload, verdicts_payload
from proctoring.models import Event, SessionReview
from proctoring.reports.record import zone_of


class ReviewForm(forms.Form):
    outcome = forms.ChoiceField(
        choices=SessionReview.Outcome.choices, error_messages={"required": "Choose what the review comes to."}
    )
    note = forms.CharField(required=False)


@require_POST
def give_verdict(request: HttpRequest, session_id: str, event_id: int) -> JsonResponse:
    """``{"verdict": "confirmed" | "dismissed" | "taken_back", "note": "…"}``; answers with what is on record now."""
    session = session_or_404(request, session_id)
    try:
        wanted: Any = json.loads(request.body)
        verdict, note = str(wanted["verdict"]), str(wanted.get("note", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _refused("bad_message", "This message could not be read.")
    try:
        given = services.judge_event(request.user, session.pk, event_id, verdict, note)
    except Event.DoesNotExist:
        raise Http404("There is no such event in this session.") from None
    except ExamError as error:
        return _refused(error.code, error.message)
    every = list(given.event.verdicts.select_related("by"))
    return JsonResponse({**verdicts_payload(every, zone_of(session)), "looks": looks_payload(session)})


@require_POST
def finish_review(request: HttpRequest, session_id: str) -> HttpResponse:
    session = session_or_404(request, session_id)
    form = ReviewForm(request.POST)
    if form.is_valid():
        chosen = form.cleaned_data
        try:
            services.review_session(request.user, session.pk, chosen["outcome"], chosen["note"])
        except ExamError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, "Your review is kept with the session.")
    else:
        messages.error(request, "Choose what the review comes to.")
    return HttpResponseRedirect(reverse("admin:proctoring_session_change", args=[session.pk]) + "#review")


def _refused(code: str, message: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message, "field": ""}, status=400)
