"""Questions out of a file in the admin: upload it, look at what would come of each, then have them imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from exams.admin.base import exam_or_404, questions_url, who
from exams.admin.kinds import KIND_FORMS
from exams.commonmark import PICTURE
from exams.errors import ExamError
from exams.interchange.base import MAX_BYTES, ParsedItem
from exams.interchange.formats import FORMATS, detect
from exams.models import Exam, ExamVersion, Question
from exams.scoped_admin import is_key
from exams.services.importing import carry_out, draft_for_import
from exams.services.pending_imports import NoLongerThere, PendingImport, check_file, discard, pending_import
from exams.services.versions import REVISABLE, existing_draft

QUESTIONS_A_PAGE = 20
AS_IN_THE_FILE = "file"
# What of a file is shown: all, what comes without a word, what loses something, what cannot come.
SHOWN: dict[str, tuple[str, Callable[[ParsedItem], bool]]] = {
    "": ("All", lambda parsed: True),
    "good": ("Can be imported", lambda parsed: parsed.item is not None),
    "remarks": ("With remarks", lambda parsed: parsed.item is not None and bool(parsed.problems)),
    "left-out": ("Left out", lambda parsed: parsed.item is None),
}


class UploadForm(forms.Form):
    file = forms.FileField(
        label="File with questions",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".xml,.txt,.gift,.csv"}),
        error_messages={"required": "Choose the file.", "empty": "The file is empty."},
        help_text="Moodle XML (with pictures), GIFT or CSV, 10 MiB at most.",
    )
    format = forms.ChoiceField(
        label="Format",
        required=False,
        choices=[("", "Find out"), *((format.name, format.label) for format in FORMATS.values())],
        widget=UnfoldAdminSelectWidget,
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB. Split it.")
        return file


@require_http_methods(["GET", "HEAD", "POST"])
def upload_page(request: HttpRequest, exam_id: int, *, site: AdminSite) -> HttpResponse:
    exam = exam_or_404(request, exam_id)
    if _closed(exam):
        return _page(request, exam, site, "exams_admin/question_import.html", {"frozen": True})
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        data = file.read()
        format = FORMATS.get(form.cleaned_data["format"]) or detect(data, file.name)
        pending = check_file(exam=exam, by=who(request), file_name=file.name, data=data, format=format)
        return HttpResponseRedirect(_url(exam, pending.id))
    status = 422 if request.method == "POST" else 200
    return _page(request, exam, site, "exams_admin/question_import.html", {"form": form}, status)


@require_http_methods(["GET", "HEAD", "POST"])
def check_page(request: HttpRequest, exam_id: int, import_id: UUID, *, site: AdminSite) -> HttpResponse:
    """What would come of each question; by POST they are imported, or the file is forgotten."""
    exam = exam_or_404(request, exam_id)
    try:
        pending = pending_import(exam=exam, by=who(request), import_id=import_id)
        if request.method == "POST":
            return _decide(request, exam, pending)
        draft = draft_for_import(exam)
    except NoLongerThere as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(_url(exam))
    except ExamError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(
            _url(exam) if not _closed(exam) else reverse("admin:exams_exam_change", args=[exam.pk])
        )
    return _page(request, exam, site, "exams_admin/question_import_check.html", _outcomes(request, pending, draft))


def _decide(request: HttpRequest, exam: Exam, pending: PendingImport) -> HttpResponse:
    if "discard" in request.POST:
        discard(pending)
        messages.success(request, f"Nothing of “{pending.file_name}” was imported.")
        return HttpResponseRedirect(_url(exam))
    into = request.POST.get("into", AS_IN_THE_FILE)
    section = int(into) if is_key(into) else None
    number = carry_out(pending, exam=exam, by=who(request), section_id=section)
    messages.success(request, f"{number} question{'' if number == 1 else 's'} imported from “{pending.file_name}”.")
    draft = existing_draft(exam)
    assert draft is not None  # it was just written to
    return HttpResponseRedirect(questions_url(draft))


def _outcomes(request: HttpRequest, pending: PendingImport, draft: ExamVersion) -> dict[str, Any]:
    numbered = list(enumerate(pending.result.items, start=1))
    wanted = request.GET.get("show", "")
    wanted = wanted if wanted in SHOWN else ""
    chosen = [(number, parsed) for number, parsed in numbered if SHOWN[wanted][1](parsed)]
    page = Paginator(chosen, QUESTIONS_A_PAGE).get_page(request.GET.get("page"))
    named = list(dict.fromkeys(parsed.section for parsed in pending.result.importable if parsed.section))
    return {
        "pending": pending,
        "format": FORMATS[pending.format].label,
        "possible": len(pending.result.importable),
        "page": page,
        "rows": [(number, parsed, _kind_of(parsed)) for number, parsed in page],
        "wanted": wanted,
        "counts": [
            (name, label, sum(shows(parsed) for parsed in pending.result.items))
            for name, (label, shows) in SHOWN.items()
        ],
        "there_already": _there_already(pending, draft),
        "sections": list(draft.sections.all()),
        "named": named,
        "as_in_the_file": AS_IN_THE_FILE,
    }


def _there_already(pending: PendingImport, draft: ExamVersion) -> int:
    """How many have the kind and the text of a question that the draft has; pictures have other names there."""

    def known_by(kind: str, text: str) -> tuple[str, str]:
        return kind, " ".join(PICTURE.sub("", text).split())

    rows = Question.objects.filter(section__version=draft).values_list("kind", "text")
    there = {known_by(kind, text) for kind, text in rows}
    items = [parsed.item for parsed in pending.result.importable if parsed.item is not None]
    return sum(known_by(item.kind.value, item.text) in there for item in items)


def _kind_of(parsed: ParsedItem) -> str:
    return "" if parsed.item is None else KIND_FORMS[parsed.item.kind].label


def _closed(exam: Exam) -> bool:
    """Whether questions can be imported only after something else was done."""
    return (existing_draft(exam) is None and exam.state != Exam.State.DRAFT) or exam.state == Exam.State.ARCHIVED


def _url(exam: Exam, import_id: UUID | None = None) -> str:
    if import_id is None:
        return reverse("admin:exams_exam_import", args=[exam.pk])
    return reverse("admin:exams_exam_import_check", args=[exam.pk, import_id])


def _page(
    request: HttpRequest, exam: Exam, site: AdminSite, template: str, more: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": f"Import questions: {exam}",
        "opts": Exam._meta,
        "original": exam,
        "exam": exam,
        "may_revise": exam.state in REVISABLE,
        **more,
    }
    return TemplateResponse(request, template, context, status=status)
