"""The candidate's page of what was recorded of them, where they may say something about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from exams.errors import ExamError
from exams.models import Attempt
from proctoring import consent, own_record, services
from proctoring.models import RecordShown, Session
from proctoring.reports.own_record import own_record as record_of
from proctoring.risk.policy import Policy
from proctoring.services.policies import kept_until
from proctoring.services.statements import LONGEST_STATEMENT, MOST_STATEMENTS
from proctoring.views.candidate import signed_in


class StatementForm(forms.Form):
    text = forms.CharField(strip=False, error_messages={"required": "Please write something first."})
    client_id = forms.UUIDField(error_messages={"invalid": "This form was damaged on its way. Please send it again."})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Of an attempt that was handed in; while it runs there is no such page."""
    try:
        attempt = own_record.attempt_for(signed_in(request), attempt_id)
    except Attempt.DoesNotExist:
        raise Http404 from None
    if request.method == "POST":
        return _write(request, attempt)
    return _shown(request, attempt)


def _write(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    form = StatementForm(request.POST)
    if not form.is_valid():
        return _shown(request, attempt, form, wrong=str(next(iter(form.errors.values()))[0]))
    chosen = form.cleaned_data
    try:
        kept = services.give_statement(signed_in(request), attempt.pk, chosen["text"], client_id=chosen["client_id"])
    except Attempt.DoesNotExist:  # reopened meanwhile
        raise Http404 from None
    except ExamError as error:
        return _shown(request, attempt, form, wrong=error.message)
    at = kept.at.astimezone(attempt.exam.institution.zone)
    messages.success(request, f"Your statement is kept, as written on {at:%-d %B %Y} at {at:%H:%M:%S}.")
    return redirect("own_record", attempt.pk)


def _shown(
    request: HttpRequest, attempt: Attempt, refused: StatementForm | None = None, *, wrong: str = ""
) -> HttpResponse:
    session, exam = own_record.session_of(attempt), attempt.exam
    context: dict[str, Any] = {
        "attempt": attempt,
        "exam": exam,
        "zone": exam.institution.time_zone,
        "session": session,
        "wrong": wrong,
    }
    if session is not None:
        closed = own_record.closed(session)
        if closed is not None:
            context |= {"closed": closed.value, "published": own_record.shown(session) == RecordShown.PUBLISHED}
        else:
            context |= _record(session, request.GET) | _form(session, refused)
    return render(request, "candidate/record.html", context, status=422 if wrong else 200)


def _record(session: Session, asked: QueryDict) -> dict[str, Any]:
    """``asked``: ``page`` of what raised the score, and ``rest``, the page of what did not, which is then open. Going
    on in one of them keeps the other where it is."""
    agreed, rest_open = session.consent, "rest" in asked
    record = record_of(session, counted_page=asked.get("page", ""), uncounted_page=asked.get("rest", ""))
    return {
        "record": record,
        "rest_open": rest_open,
        "counted_address": f"?rest={record.uncounted.number}&page=" if rest_open else "?page=",
        "rest_address": f"?page={record.counted.number}&rest=",
        "keeps_pictures": Policy.from_dict(session.policy).keep_snapshots,
        "withdrawn": session.ended_by == Session.EndedBy.CONSENT,
        "stopped": session.ended_by == Session.EndedBy.PROCTOR and _went_on(session),
        "agreed": agreed,
        "sections": consent.sections(agreed.text.text) if agreed is not None else [],
    }


def _form(session: Session, refused: StatementForm | None) -> dict[str, Any]:
    """What was refused stands in the form still, under the number it was sent with."""
    statements = list(session.statements.all())
    sent = {} if refused is None else refused.cleaned_data
    due = kept_until(session, "keep_events_days")["keep_events_days"]
    return {
        "statements": statements,
        "left": 0 if timezone.now() >= due else MOST_STATEMENTS - len(statements),
        "most": MOST_STATEMENTS,
        "longest": LONGEST_STATEMENT,
        "client_id": sent.get("client_id") or uuid4(),
        "text": "" if refused is None else refused.data.get("text", ""),
    }


def _went_on(session: Session) -> bool:
    """Whether the exam was sat on without being watched."""
    ended, handed_in = session.ended_at, session.attempt.submitted_at if session.attempt is not None else None
    return ended is not None and handed_in is not None and ended < handed_in
