"""Questions out of a file in the admin: upload it, look at what would come of each, then have them imported. While a
large file is read or imported, its page says how far that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_safe
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from exams import authored
from exams.admin.base import exam_or_404, questions_url, who
from exams.admin.kinds import KIND_FORMS
from exams.commonmark import PICTURE
from exams.errors import ExamError
from exams.interchange.base import MAX_BYTES, ParsedItem
from exams.interchange.formats import FORMATS, detect
from exams.models import Exam, ExamVersion, Question, QuestionImport
from exams.scoped_admin import is_key
from exams.services import question_imports
from exams.services.importing import draft_for_import
from exams.services.pending_imports import NoLongerThere, PendingImport, content_of
from exams.services.versions import REVISABLE, existing_draft

QUESTIONS_A_PAGE = 20
FILES_SHOWN = 10
State = QuestionImport.State
# As the script that follows exports names them.
PROGRESS = {
    State.WAITING: "waiting",
    State.READING: "running",
    State.CHECKED: "ready",
    State.CONFIRMED: "waiting",
    State.IMPORTING: "running",
    State.DONE: "ready",
    State.FAILED: "failed",
}
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
        row = question_imports.upload(exam=exam, by=who(request), file_name=file.name, data=data, format=format)
        return HttpResponseRedirect(_url(exam, row.pk))
    status = 422 if request.method == "POST" else 200
    files = authored.own_imports(who(request), exam).exclude(state=State.DONE)[:FILES_SHOWN]
    return _page(request, exam, site, "exams_admin/question_import.html", {"form": form, "files": files}, status)


@require_http_methods(["GET", "HEAD", "POST"])
def check_page(request: HttpRequest, exam_id: int, import_id: UUID, *, site: AdminSite) -> HttpResponse:
    """How far it is; once read, what would come of each question. By POST they are imported, or not yet, or the file
    is forgotten."""
    exam = exam_or_404(request, exam_id)
    try:
        row = question_imports.find(exam=exam, by=who(request), import_id=import_id)
        if request.method == "POST":
            return _decide(request, exam, row)
        if row.state == State.DONE:
            return _imported(request, exam, row, before=True)
        if row.state != State.CHECKED:
            return _page(request, exam, site, "exams_admin/question_import_progress.html", _progress(exam, row))
        draft, pending = draft_for_import(exam), content_of(row)
    except NoLongerThere as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(_url(exam))
    except ExamError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(
            _url(exam) if not _closed(exam) else reverse("admin:exams_exam_change", args=[exam.pk])
        )
    outcomes = {"row": row, **_outcomes(request, pending, draft)}
    return _page(request, exam, site, "exams_admin/question_import_check.html", outcomes)


@require_safe
def state_page(request: HttpRequest, exam_id: int, import_id: UUID) -> HttpResponse:
    """As the script that follows exports reads it."""
    exam = exam_or_404(request, exam_id)
    try:
        row = question_imports.find(exam=exam, by=who(request), import_id=import_id)
    except NoLongerThere as gone:
        raise Http404(gone.message) from None
    return JsonResponse(_progress(exam, row)["told"], headers={"Cache-Control": "private, no-store"})


def _progress(exam: Exam, row: QuestionImport) -> dict[str, Any]:
    told = {
        "state": PROGRESS[State(row.state)],
        "done": question_imports.progress_of(row),
        "total": row.total,
        "error": row.error,
    }
    return {"row": row, "told": told, "format": FORMATS[row.format].label}


def _decide(request: HttpRequest, exam: Exam, row: QuestionImport) -> HttpResponse:
    if row.state == State.DONE:  # the page was loaded before, or a button pressed twice
        return _imported(request, exam, row, before=True)
    if "later" in request.POST:
        question_imports.take_back(row)
        messages.success(request, f"Nothing of “{row.file_name}” was imported yet.")
        return HttpResponseRedirect(_url(exam, row.pk))
    if "discard" in request.POST:
        question_imports.give_up(row)
        messages.success(request, f"Nothing of “{row.file_name}” was imported.")
        return HttpResponseRedirect(_url(exam))
    into = request.POST.get("into", AS_IN_THE_FILE)
    row = question_imports.confirm(row, section_id=int(into) if is_key(into) else None)
    return _imported(request, exam, row) if row.state == State.DONE else HttpResponseRedirect(_url(exam, row.pk))


def _imported(request: HttpRequest, exam: Exam, row: QuestionImport, *, before: bool = False) -> HttpResponse:
    """``before``: maybe told already, so it says when that was."""
    number = row.imported
    sentence = f"{number} question{'' if number == 1 else 's'} imported from “{row.file_name}”."
    moment = f" That was on {date_format(localtime(row.touched_at), 'j M Y, H:i')}." if before else ""
    messages.success(request, sentence + moment)
    draft = existing_draft(exam)
    # Where it was published meanwhile, the newest version has them.
    page = reverse("admin:exams_exam_questions", args=[exam.pk]) if draft is None else questions_url(draft)
    return HttpResponseRedirect(page)


def _outcomes(request: HttpRequest, pending: PendingImport, draft: ExamVersion) -> dict[str, Any]:
    numbered = list(enumerate(pending.result.items, start=1))
    wanted = request.GET.get("show", "")
    wanted = wanted if wanted in SHOWN else ""
    chosen = [(number, parsed) for number, parsed in numbered if SHOWN[wanted][1](parsed)]
    page = Paginator(chosen, QUESTIONS_A_PAGE).get_page(request.GET.get("page"))
    named = list(dict.fromkeys(parsed.section for parsed in pending.result.importable if parsed.section))
    return {
        "pending": pending,
        "format": FORMATS[pending.row.format].label,
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
