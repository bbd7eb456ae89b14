"""Exports of a whole exam: asked for here, made outside the request, downloaded when ready."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from exams.models import Exam
from proctoring import selectors, services
from proctoring.admin.base import exam_or_404, session_or_404
from proctoring.models import Export
from proctoring.reports import exam_export

SHOWN = 20


def exports_page(request: HttpRequest, exam_id: int, *, site: AdminSite) -> HttpResponse:
    exam = exam_or_404(request, exam_id)
    if request.method == "POST":
        return _ask(request, exam)
    exports = [exam_export.judged(each) for each in selectors.visible_exports(request.user).filter(exam=exam)[:SHOWN]]
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": f"Exports of {exam.title}",
        "content_title": f"{exam.title}: exports",
        "exam": exam,
        "exports": exports,
        "formats": [(value, label) for value, label in Export.Format.choices if value in exam_export.OF_EXAMS],
        "session_count": exam.proctoring_sessions.count(),
    }
    return TemplateResponse(request, "proctoring_admin/exports.html", context)


def ask_for_report(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Of a long session: by POST, from its page. Its exam's page of exports shows how far it is."""
    session = session_or_404(request, session_id)
    if request.method != "POST":
        return HttpResponse("Use the button on the session's page.", status=405, headers={"Allow": "POST"})
    if session.exam is None:
        return HttpResponseRedirect(reverse("session_pdf", args=[session.pk]))
    services.request_report(user=request.user, session=session)
    messages.success(request, "The report is being made. It appears below and can be downloaded when it is ready.")
    return HttpResponseRedirect(reverse("admin:proctoring_exports", args=[session.exam_id]))


def _ask(request: HttpRequest, exam: Exam) -> HttpResponse:
    wanted = request.POST.get("format", "")
    if wanted not in exam_export.OF_EXAMS:
        messages.error(request, "Choose CSV or JSON.")
    else:
        services.request_export(user=request.user, exam=exam, format=wanted)
        messages.success(request, "The export is being made. It appears below and can be downloaded when it is ready.")
    return HttpResponseRedirect(reverse("admin:proctoring_exports", args=[exam.pk]))
