"""Exports of a whole exam: asked for here, made outside the request, downloaded when ready."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from exams.models import Exam
from proctoring import selectors, services
from proctoring.admin.base import exam_or_404
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
        "formats": Export.Format.choices,
        "session_count": exam.proctoring_sessions.count(),
    }
    return TemplateResponse(request, "proctoring_admin/exports.html", context)


def _ask(request: HttpRequest, exam: Exam) -> HttpResponse:
    wanted = request.POST.get("format", "")
    if wanted not in Export.Format.values:
        messages.error(request, "Choose CSV or JSON.")
    else:
        services.request_export(user=request.user, exam=exam, format=wanted)
        messages.success(request, "The export is being made. It appears below and can be downloaded when it is ready.")
    return HttpResponseRedirect(reverse("admin:proctoring_exports", args=[exam.pk]))
