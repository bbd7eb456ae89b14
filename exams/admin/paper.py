"""The page of a version's questions: sections, pools and questions in their order, moved by buttons."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from exams.admin.base import exam_or_404, questions_url
from exams.admin.exam_pages import exam_context
from exams.admin.preview import version_or_404
from exams.admin.question_forms import places
from exams.errors import ExamError
from exams.glance import glance
from exams.models import Exam, ExamVersion, Pool, Question, Section
from exams.scoped_admin import is_key
from exams.services.authoring import move_question, move_section, put_questions

MOVES = ("question_up", "question_down", "section_up", "section_down")


@require_http_methods(["GET", "HEAD", "POST"])
def questions_page(request: HttpRequest, exam_id: int, *, site: AdminSite) -> HttpResponse:
    exam = exam_or_404(request, exam_id)
    version = version_or_404(request, exam)
    if request.method == "POST":
        try:
            anchor = _move(request, version)
        except ExamError as error:
            messages.error(request, error.message)
            anchor = ""
        return HttpResponseRedirect(questions_url(version, anchor))
    seen = glance(version)
    context = {
        **site.each_context(request),
        **exam_context(exam),
        "title": f"Questions: {exam}",
        "opts": Exam._meta,
        "original": exam,
        "version": version,
        "glance": seen,
        "editable": not version.frozen,
        "places": places([section.section for section in seen.sections]),
    }
    return TemplateResponse(request, "exams_admin/questions.html", context)


def _move(request: HttpRequest, version: ExamVersion) -> str:
    """Does what the button says; returns the place on the page that the person is taken back to."""
    for name in MOVES:
        value = request.POST.get(name, "")
        if not is_key(value):
            continue
        kind, _, direction = name.partition("_")
        down = direction == "down"
        if kind == "question":
            move_question(_questions(version, [value])[0], down=down)
        else:
            move_section(_section(version, value), down=down)
        return f"#{name}-{value}"
    if "put" in request.POST:
        return _put(request, version)
    raise Http404("Nothing to move.")


def _put(request: HttpRequest, version: ExamVersion) -> str:
    chosen = _questions(version, request.POST.getlist("question"))
    if not chosen:
        messages.error(request, "Tick the questions to be moved first.")
        return ""
    to = request.POST.get("to", "")
    pool: Pool | None = None
    if to.startswith("p") and is_key(to[1:]):
        pool = Pool.objects.filter(section__version=version, pk=int(to[1:])).select_related("section").first()
        if pool is None:
            raise Http404("There is no such pool in this version.")
    if pool is None and not to:
        messages.error(request, "Choose where the questions go.")
        return ""
    section = pool.section if pool else _section(version, to[1:])
    put_questions(chosen, section=section, pool=pool)
    number = len(chosen)
    messages.success(request, f"{number} question{'' if number == 1 else 's'} moved to {pool or section}.")
    return f"#section-{section.pk}"


def _questions(version: ExamVersion, keys: list[Any]) -> list[Question]:
    """All of them, in their order, or nothing: whoever names one that is not there is told so."""
    wanted = {int(key) for key in keys if is_key(str(key))}
    found = Question.objects.filter(section__version=version, pk__in=wanted).select_related("section")
    questions = list(found.order_by("section__position", "section", "position", "pk"))
    if len(questions) != len(wanted):
        raise Http404("There is no such question in this version.")
    return questions


def _section(version: ExamVersion, key: str) -> Section:
    section = version.sections.filter(pk=int(key)).first() if is_key(key) else None
    if section is None:
        raise Http404("There is no such section in this version.")
    return section
