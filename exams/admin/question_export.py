"""An exam's questions as a file, with a word beforehand about what each format cannot hold."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from exams import authored, question_files
from exams.admin.base import exam_or_404
from exams.interchange.formats import FORMATS
from exams.models import Exam, ExamVersion


@require_safe
def export_page(request: HttpRequest, exam_id: int, *, site: AdminSite) -> HttpResponse:
    exam = exam_or_404(request, exam_id)
    version = _version(request, exam)
    entries = question_files.entries_of(version)
    context = {
        **site.each_context(request),
        "title": f"Export questions: {exam}",
        "opts": Exam._meta,
        "original": exam,
        "exam": exam,
        "version": version,
        "size": len(entries),
        "formats": [(format, question_files.losses(format, entries)) for format in FORMATS.values()],
    }
    return TemplateResponse(request, "exams_admin/question_export.html", context)


@require_safe
def export_file(request: HttpRequest, exam_id: int, format: str) -> HttpResponse:
    exam = exam_or_404(request, exam_id)
    version = _version(request, exam)
    chosen = FORMATS.get(format)
    if chosen is None:
        raise Http404(f"There is no format “{format}”.")
    headers = {
        "Content-Disposition": f'attachment; filename="{question_files.name_of(version, chosen)}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(question_files.written(version, chosen), content_type=chosen.content_type, headers=headers)


def _version(request: HttpRequest, exam: Exam) -> ExamVersion:
    """The one the address names, else the newest."""
    wanted = request.GET.get("version", "")
    for version in authored.versions_of(exam):
        if not wanted or str(version.number) == wanted:
            return version
    raise Http404(f"The exam has no version “{wanted}” of its questions.")
