"""A candidate's results, and the receipt of their handing in.

The other pages around an exam need cameras and live in ``proctoring``.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exams import overview, receipts, results, selectors
from exams.models import Attempt, Exam
from exams.review import review, shown


@login_required
@never_cache
@require_safe
def result(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """As much of an attempt handed in as its exam shows, once the institution has published its results."""
    try:
        attempt = selectors.own_result_for(request.user, attempt_id)
    except Attempt.DoesNotExist:
        raise Http404 from None
    exam = attempt.exam
    visible = overview.shows_results(exam)
    review_due = visible and exam.afterwards == Exam.Afterwards.REVIEW
    may_go_on = review_due and overview.may_sit_again(attempt)
    context = {
        "attempt": attempt,
        "exam": exam,
        "afterwards": overview.afterwards(exam),
        "visible": visible,
        **(_score(attempt, exam) if visible else {}),
        "may_go_on": may_go_on,
        "reviewed": review(attempt) if review_due and not may_go_on else None,
    }
    return render(request, "candidate/result.html", context)


@login_required
@never_cache
@require_safe
def receipt(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """That it was handed in, to be printed."""
    return render(request, "candidate/receipt.html", _receipt(request, attempt_id))


@login_required
@never_cache
@require_safe
def receipt_file(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    context = _receipt(request, attempt_id)
    text = render_to_string("candidate/receipt.txt", context)
    name = f'attachment; filename="receipt-{context["receipt"].code}.txt"'
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers={"Content-Disposition": name})


def _receipt(request: HttpRequest, attempt_id: UUID) -> dict[str, Any]:
    try:
        attempt = selectors.own_result_for(request.user, attempt_id)
    except Attempt.DoesNotExist:
        raise Http404 from None
    if (found := receipts.receipt_of(attempt)) is None:
        raise Http404
    return {"attempt": attempt, "exam": attempt.exam, "receipt": found}


def _score(attempt: Attempt, exam: Exam) -> dict[str, object]:
    marked = attempt.score is not None and attempt.max_score is not None
    return {
        "score": shown(attempt.score) if attempt.score is not None else "",
        "maximum": shown(attempt.max_score) if attempt.max_score is not None else "",
        "percent": results.percent_of(attempt),
        "passed": results.passed(attempt, exam),
        "complete": marked and attempt.marked_at is not None,
    }
