"""Results of an exam: who scored what, published or not yet, and everything to take away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_POST, require_safe

from exams import reporting, results, selectors
from exams.admin.base import who
from exams.admin.keys import key_page
from exams.admin.marking import markable_exam_or_404
from exams.admin.releasing import release_page
from exams.admin.result_statistics import statistics_page
from exams.models import Attempt, Exam, Mark, MarkingRun
from exams.reporting import Row
from exams.result_files import results_csv, results_json
from exams.roles import has_role
from exams.said import key_in_words, said
from exams.services import marking_runs

PER_PAGE = 100
RUN_SHOWN = timedelta(days=1)
SHOW: dict[str, tuple[str, Callable[[Row], bool]]] = {
    "": ("All attempts", lambda row: True),
    "counts": ("Attempts that count", lambda row: row.counts),
    "passed": ("Passed", lambda row: row.passed is True),
    "failed": ("Failed", lambda row: row.passed is False),
    "waiting": ("With answers to mark", lambda row: row.waiting > 0 or not row.marked),
    "late": ("With late answers", lambda row: row.late > 0),
}
SORT: dict[str, tuple[str, Callable[[Row], Any]]] = {
    "name": ("Candidate", lambda row: row.name.casefold()),
    "score": ("Score", lambda row: row.attempt.score if row.marked else -1),
    "percent": ("%", lambda row: -1 if row.percent is None else row.percent),
    "late": ("Late", lambda row: row.late),
    "reference": ("Number", lambda row: row.reference.casefold()),
    "handed_in": ("Handed in", lambda row: row.attempt.submitted_at),
}
TELLING = ("reference", "handed_in")  # not shown while nobody may know whose result it is
FILES: dict[str, tuple[str, Callable[[Exam], str]]] = {
    "csv": ("text/csv", results_csv),
    "json": ("application/json", results_json),
}


def urls(site: AdminSite) -> list[URLPattern]:
    """Beside those of exams, under ``exams/exam/``."""

    def page(view: Any) -> Any:
        return site.admin_view(partial(view, site=site))

    return [
        path("results/", page(overview), name="exams_results_list"),
        path("<int:exam_id>/results/", page(results_page), name="exams_results"),
        path("<int:exam_id>/results/statistics/", page(statistics_page), name="exams_results_statistics"),
        path("<int:exam_id>/results/publish/", page(release_page), {"publish": True}, name="exams_results_publish"),
        path("<int:exam_id>/results/withdraw/", page(release_page), {"publish": False}, name="exams_results_withdraw"),
        path("<int:exam_id>/results/again/", page(mark_again), name="exams_results_again"),
        path(
            "<int:exam_id>/results/again/<uuid:run_id>/state.json", page(again_state), name="exams_results_again_state"
        ),
        path("<int:exam_id>/results/attempts/<uuid:attempt_id>/", page(attempt_page), name="exams_results_attempt"),
        path("<int:exam_id>/results/key/<int:question_id>/", page(key_page), name="exams_results_key"),
        path("<int:exam_id>/results/file.<slug:format>", page(results_file), name="exams_results_file"),
    ]


@require_safe
def overview(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    if not has_role(request, results.MARKERS):
        raise PermissionDenied("Results are for administrators, authors and reviewers.")
    context = {
        **site.each_context(request),
        "title": "Results",
        "content_title": "Results",
        "exams": reporting.exams_with_results(request.user),
    }
    return TemplateResponse(request, "exams_admin/results_list.html", context)


@require_safe
def results_page(request: HttpRequest, exam_id: int, *, site: AdminSite) -> HttpResponse:
    exam = markable_exam_or_404(request, exam_id)
    rows = reporting.rows_of(exam)
    hidden = results.names_are_hidden(exam)
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "show", "sort")}
    if hidden and asked["sort"].lstrip("-") in TELLING:
        asked["sort"] = ""
    shown = _sorted(_filtered(rows, asked["q"], asked["show"]), asked["sort"])
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **site.each_context(request),
        "title": f"Results: {exam}",
        "content_title": f"{exam}: results",
        "exam": exam,
        "hidden": hidden,
        "may_release": results.may_release(request.user, exam),
        "facts": reporting.facts_of(exam, rows),
        "run": _newest_run(exam),
        "page": page,
        "found": len(shown),
        "asked": asked,
        "query": _query(asked),
        "show": [(value, label) for value, (label, _) in SHOW.items()],
        "columns": _columns(asked, hidden),
        "numeric": ("score", "percent", "late"),
    }
    return TemplateResponse(request, "exams_admin/results.html", context)


def _newest_run(exam: Exam) -> MarkingRun | None:
    """Marking again: while it goes on, and for a day what came of it."""
    run = exam.marking_runs.select_related("by").first()
    return run if run is not None and (run.goes_on or timezone.now() - run.touched_at < RUN_SHOWN) else None


def _filtered(rows: list[Row], words: str, show: str) -> list[Row]:
    wanted = SHOW.get(show, SHOW[""])[1]
    parts = words.casefold().split()
    return [
        row
        for row in rows
        if wanted(row) and all(part in f"{row.name} {row.username} {row.reference}".casefold() for part in parts)
    ]


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    """Stable, so that equal ones stay in the order of names."""
    by_name = sorted(rows, key=lambda row: (row.name.casefold(), row.attempt.number))
    _, value = SORT.get(sort.lstrip("-"), SORT["name"])
    return sorted(by_name, key=value, reverse=sort.startswith("-"))


def _query(asked: dict[str, str], **changed: str) -> str:
    """For a link's address; ends so that more can follow."""
    pairs = {name: value for name, value in (asked | changed).items() if value}
    return f"{urlencode(pairs)}&" if pairs else ""


def _columns(asked: dict[str, str], hidden: bool) -> list[dict[str, str]]:
    """The heads of the table by which it can be sorted."""
    columns = []
    for name, (label, _) in SORT.items():
        if hidden and name in TELLING:
            continue
        state = {name: "ascending", f"-{name}": "descending"}.get(asked["sort"] or "name", "")
        turned = f"-{name}" if state == "ascending" else name
        columns.append({"name": name, "label": label, "state": state, "query": _query(asked, sort=turned)})
    return columns


@require_safe
def attempt_page(request: HttpRequest, exam_id: int, attempt_id: UUID, *, site: AdminSite) -> HttpResponse:
    """Every answer of one attempt with its mark. It does not exist while nobody may know whose it is."""
    exam = markable_exam_or_404(request, exam_id)
    handed_in = exam.attempts.filter(pk=attempt_id, state=Attempt.State.SUBMITTED)
    attempt = handed_in.select_related("candidate", "version", "exam").first()
    if attempt is None or results.names_are_hidden(exam):
        raise Http404("There is no such attempt, or nobody may know yet whose it is.")
    marks: dict[int, Mark] = {mark.question_id: mark for mark in attempt.marks.select_related("by", "answer")}
    lines = [
        {
            "question": question,
            "mark": mark,
            "said": [] if mark.answer is None else said(question, mark.answer.value, attempt.seed),
            "key": key_in_words(question),
        }
        for question in selectors.paper_of(attempt)
        if (mark := marks.get(question.pk)) is not None
    ]
    context = {
        **site.each_context(request),
        "title": f"Results of {attempt.candidate.display_name}: {exam}",
        "content_title": f"{exam}: {attempt.candidate.display_name}",
        "exam": exam,
        "attempt": attempt,
        "percent": results.percent_of(attempt),
        "passed": results.passed(attempt, exam),
        "lines": lines,
        "late": attempt.answers.filter(late=True).values("question").distinct().count(),
    }
    return TemplateResponse(request, "exams_admin/results_attempt.html", context)


@require_POST
def mark_again(request: HttpRequest, exam_id: int, *, site: AdminSite) -> HttpResponse:
    """For attempts that could not be marked when they were handed in. Done outside the request; its page says how far
    it is."""
    exam = markable_exam_or_404(request, exam_id)
    if not results.may_release(request.user, exam):
        raise PermissionDenied("Only administrators and authors of the exam's institution may have it marked again.")
    marking_runs.request_run(exam=exam, by=who(request))
    messages.success(request, "All attempts are being marked again.")
    return HttpResponseRedirect(reverse("admin:exams_results", args=[exam.pk]))


@require_safe
def again_state(request: HttpRequest, exam_id: int, run_id: UUID, *, site: AdminSite) -> HttpResponse:
    """As the script that follows exports reads it."""
    run = markable_exam_or_404(request, exam_id).marking_runs.filter(pk=run_id).first()
    if run is None:
        raise Http404("There is no such run.")
    state = "ready" if run.state == MarkingRun.State.DONE else run.state
    told = {"state": state, "done": run.done, "total": run.total, "error": run.error}
    return JsonResponse(told, headers={"Cache-Control": "private, no-store"})


@require_GET
def results_file(request: HttpRequest, exam_id: int, format: str, *, site: AdminSite) -> HttpResponse:
    exam = markable_exam_or_404(request, exam_id)
    if format not in FILES:
        raise Http404("Results come as file.csv and file.json.")
    content_type, write = FILES[format]
    response = HttpResponse(write(exam), content_type=f"{content_type}; charset=utf-8")
    name = f"results-{slugify(exam.title) or exam.pk}.{format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
