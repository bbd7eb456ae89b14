"""The marking queue: questions that wait, and their answers one after the other, by question and not by candidate."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from exams import queues, results
from exams.admin.base import who
from exams.admin.mark_form import MarkForm, context_of, save_mark
from exams.models import Exam, Mark
from exams.roles import has_role
from exams.scoped_admin import ReadOnlyMixin, ScopedModelAdmin
from exams.services import grading

PER_PAGE = 50


def markable_exam_or_404(request: HttpRequest, exam_id: int) -> Exam:
    try:
        return results.markable_exam(request.user, exam_id)
    except Exam.DoesNotExist:
        raise Http404("There is no such exam, or you may not see its results.") from None


def mark_or_404(request: HttpRequest, mark_id: int) -> Mark:
    try:
        return results.mark_for(request.user, mark_id)
    except Mark.DoesNotExist:
        raise Http404("There is no such answer, or you may not mark it.") from None


@admin.register(Mark)
class MarkAdmin(ReadOnlyMixin, ScopedModelAdmin):
    """No rows to edit: the list is the queue, and a mark is given on its own page."""

    view_roles = results.MARKERS
    institution_path = "attempt__exam__institution"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.overview), name="exams_mark_changelist"),
            path("queue/<int:exam_id>/<uuid:question>/", view(self.queue_page), name="exams_mark_queue"),
            path("queue/<int:exam_id>/<uuid:question>/marked/", view(self.marked_page), name="exams_mark_marked"),
            path("<int:mark_id>/change/", view(self.mark_page), name="exams_mark_change"),
        ]

    @property
    def site_context(self) -> Any:
        return self.admin_site.each_context

    def overview(self, request: HttpRequest) -> HttpResponse:
        if not has_role(request, results.MARKERS):
            raise PermissionDenied("Answers are marked by administrators, authors and reviewers.")
        found = queues.queues_of(request.user)
        waiting = [queue for queue in found if queue.waiting]
        context = {
            **self.site_context(request),
            "title": "Marking",
            "content_title": "Marking",
            "exams": [(exam, list(of)) for exam, of in groupby(waiting, key=lambda queue: queue.exam)],
            "done": [queue for queue in found if not queue.waiting],
            "total": sum(queue.waiting for queue in waiting),
        }
        return TemplateResponse(request, "exams_admin/marking.html", context)

    def queue_page(self, request: HttpRequest, exam_id: int, question: UUID) -> HttpResponse:
        return queue_page(request, exam_id, question, site_context=self.site_context(request))

    def marked_page(self, request: HttpRequest, exam_id: int, question: UUID) -> HttpResponse:
        exam = markable_exam_or_404(request, exam_id)
        queue = _queue_or_404(request, exam, question)
        page = Paginator(queues.marked_by_people(exam, question), PER_PAGE).get_page(request.GET.get("page"))
        hidden = results.names_are_hidden(exam)
        context = {
            **self.site_context(request),
            "title": f"Marked answers: {exam}",
            "content_title": f"{exam}: marked answers",
            "exam": exam,
            "queue": queue,
            "page": page,
            "marks": [(mark, _whose(mark, hidden)) for mark in page],
        }
        return TemplateResponse(request, "exams_admin/marked.html", context)

    def mark_page(self, request: HttpRequest, mark_id: int) -> HttpResponse:
        return mark_page(request, mark_id, site_context=self.site_context(request))


@require_http_methods(["GET", "HEAD", "POST"])
def queue_page(request: HttpRequest, exam_id: int, question: UUID, *, site_context: dict[str, Any]) -> HttpResponse:
    """The next answer that waits. Looking at it holds it for a while, so that nobody else marks it too."""
    exam = markable_exam_or_404(request, exam_id)
    here = reverse("admin:exams_mark_queue", args=[exam.pk, question])
    if request.method == "POST":
        mark = mark_or_404(request, _number(request.POST.get("mark")))
        if (mark.attempt.exam_id, mark.question.uid) != (exam.pk, question):
            raise Http404("This answer belongs to another question.")
        form = MarkForm(request.POST, mark=mark)
        if save_mark(form, by=who(request)):
            messages.success(request, f"{form.cleaned_data['points']} of {mark.maximum.normalize():f} points given.")
            return HttpResponseRedirect(here)
        if form.taken:
            messages.error(request, form.taken)
            return HttpResponseRedirect(reverse("admin:exams_mark_change", args=[mark.pk]))
    else:
        after = Mark.objects.select_related("attempt").filter(
            pk=_number(request.GET.get("after")), attempt__exam=exam, question__uid=question
        )
        next_mark = grading.reserve_next(by=who(request), exam=exam, question=question, after=after.first())
        if next_mark is None:
            return _nothing_left(request, exam, question, site_context)
        mark, form = next_mark, MarkForm(mark=next_mark)
    hidden = results.names_are_hidden(exam)
    context = {
        **site_context,
        **context_of(mark),
        "title": f"Marking: {exam}",
        "content_title": f"{exam}: marking",
        "exam": exam,
        "queue": _queue_or_404(request, exam, question),
        "hidden": hidden,
        "whose": _whose(mark, hidden),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "exams_admin/marking_answer.html", context, status=status)


def _nothing_left(request: HttpRequest, exam: Exam, question: UUID, site_context: dict[str, Any]) -> HttpResponse:
    context = {
        **site_context,
        "title": f"Marking: {exam}",
        "content_title": f"{exam}: marking",
        "exam": exam,
        "queue": _queue_or_404(request, exam, question),
    }
    return TemplateResponse(request, "exams_admin/marking_done.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def mark_page(request: HttpRequest, mark_id: int, *, site_context: dict[str, Any]) -> HttpResponse:
    """One mark, whoever or whatever gave it, with its history; for appeals and second thoughts."""
    mark = mark_or_404(request, mark_id)
    exam = mark.attempt.exam
    form = MarkForm(request.POST or None, mark=mark)
    if request.method == "POST":
        if save_mark(form, by=who(request)):
            messages.success(request, f"{form.cleaned_data['points']} of {mark.maximum.normalize():f} points given.")
            return HttpResponseRedirect(request.path)
        if form.taken:
            messages.error(request, form.taken)
            return HttpResponseRedirect(request.path)
    hidden = results.names_are_hidden(exam)
    context = {
        **site_context,
        **context_of(mark),
        "title": f"Mark: {exam}",
        "content_title": f"{exam}: one answer",
        "exam": exam,
        "hidden": hidden,
        "whose": _whose(mark, hidden),
        "form": form,
        "changes": mark.changes.select_related("by", "correction"),
    }
    return TemplateResponse(request, "exams_admin/mark.html", context, status=422 if request.method == "POST" else 200)


def _queue_or_404(request: HttpRequest, exam: Exam, question: UUID) -> queues.Queue:
    queue = queues.queue_of(request.user, exam, question)
    if queue is None:
        raise Http404("Nobody has answered such a question of this exam.")
    return queue


def _whose(mark: Mark, hidden: bool) -> str:
    return queues.answer_name(mark) if hidden else mark.attempt.candidate.display_name


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 19 else 0
