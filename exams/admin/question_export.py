"""An exam's questions as a file, with a word beforehand about what each format cannot hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from exams import authored, pictures, selectors
from exams.admin.base import exam_or_404
from exams.interchange.base import Entry, Picture
from exams.interchange.formats import FORMATS, Format
from exams.item_of import item_of
from exams.models import Exam, ExamVersion, Question


@require_safe
def export_page(request: HttpRequest, exam_id: int, *, site: AdminSite) -> HttpResponse:
    exam = exam_or_404(request, exam_id)
    version = _version(request, exam)
    entries = _entries(selectors.questions_of(version))
    context = {
        **site.each_context(request),
        "title": f"Export questions: {exam}",
        "opts": Exam._meta,
        "original": exam,
        "exam": exam,
        "version": version,
        "size": len(entries),
        "formats": [(format, _losses(format, entries)) for format in FORMATS.values()],
    }
    return TemplateResponse(request, "exams_admin/question_export.html", context)


@require_safe
def export_file(request: HttpRequest, exam_id: int, format: str) -> HttpResponse:
    exam = exam_or_404(request, exam_id)
    version = _version(request, exam)
    chosen = FORMATS.get(format)
    if chosen is None:
        raise Http404(f"There is no format “{format}”.")
    questions = selectors.questions_of(version)
    name = f"{slugify(exam.title)[:60] or 'exam'}-questions-{version.number}.{chosen.extension}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    content = chosen.write(_entries(questions), _Pictures(exam).get)
    return HttpResponse(content, content_type=chosen.content_type, headers=headers)


class _Pictures:
    """The exam's pictures, read once each."""

    def __init__(self, exam: Exam) -> None:
        self._rows = {picture.pk: picture for picture in exam.pictures.all()}

    def get(self, picture_id: UUID) -> Picture | None:
        row = self._rows.get(picture_id)
        if row is None:
            return None
        try:
            content = pictures.content_of(row)
        except FileNotFoundError:
            return None
        return Picture(picture_id, f"{picture_id}.{row.file.rpartition('.')[2]}", content)


def _version(request: HttpRequest, exam: Exam) -> ExamVersion:
    """The one the address names, else the newest."""
    wanted = request.GET.get("version", "")
    for version in authored.versions_of(exam):
        if not wanted or str(version.number) == wanted:
            return version
    raise Http404(f"The exam has no version “{wanted}” of its questions.")


def _entries(questions: Sequence[Question]) -> list[Entry]:
    return [Entry(item_of(question), question.section.title) for question in questions]


def _losses(format: Format, entries: Sequence[Entry]) -> list[tuple[str, int]]:
    """What the format cannot hold, with how many questions have it."""
    return list(Counter(lost for entry in entries for lost in format.losses(entry.item)).items())
