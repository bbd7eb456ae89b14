"""The pages around an exam's form: confirming what is done with it, changing its questions, and copying it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST
from unfold.widgets import UnfoldAdminTextInputWidget

from exams import authored
from exams.admin.base import exam_or_404, exam_url, questions_url, who
from exams.admin.exam_actions import ACTIONS, actions_for, place_of
from exams.errors import ExamError, NotReady
from exams.glance import glance
from exams.models import Exam
from exams.services import revise
from exams.services.authoring import duplicate
from exams.services.versions import REVISABLE


def exam_context(exam: Exam) -> dict[str, Any]:
    """What stands above the exam's form, for those who write it."""
    versions = authored.versions_of(exam)
    newest = versions[0] if versions else None
    published = next((version for version in versions if version.frozen), None)
    actions = actions_for(exam)
    main = next((action for action in actions if action.main), None)
    return {
        "exam": exam,
        "versions": versions,
        "newest": newest,
        "published": published,
        "glance": glance(newest) if newest else None,
        "actions": actions,
        "may_revise": exam.state in REVISABLE and newest is not None and newest.frozen,
        "obstacles": [(o, place_of(o, exam)) for o in main.obstacles(exam)] if main else [],
        "main_action": main,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def action_page(request: HttpRequest, exam_id: int, name: str, *, site: AdminSite) -> HttpResponse:
    """What follows and what stands in the way; by POST it is done."""
    exam = exam_or_404(request, exam_id)
    action = ACTIONS.get(name)
    if action is None:
        raise Http404(f"Nothing called “{name}” can be done with an exam.")
    if request.method == "POST":
        try:
            action.take(exam, who(request))
        except NotReady:
            pass  # the page below says what is not ready
        except ExamError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(exam_url(exam))
        else:
            messages.success(request, action.done)
            return HttpResponseRedirect(exam_url(exam))
    elif action not in actions_for(exam):
        messages.error(request, f"The exam is {exam.get_state_display().lower()} now, so this is not possible.")
        return HttpResponseRedirect(exam_url(exam))
    obstacles = [(obstacle, place_of(obstacle, exam)) for obstacle in action.obstacles(exam)]
    context = {
        **site.each_context(request),
        "title": f"{action.button}: {exam}",
        "opts": Exam._meta,
        "original": exam,
        "exam": exam,
        "action": action,
        "follows": action.follows(exam),
        "obstacles": obstacles,
    }
    return TemplateResponse(
        request, "exams_admin/action.html", context, status=422 if request.method == "POST" else 200
    )


@require_POST
def revise_exam(request: HttpRequest, exam_id: int) -> HttpResponse:
    exam = exam_or_404(request, exam_id)
    try:
        draft = revise(exam, by=who(request))
    except ExamError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(exam_url(exam))
    messages.success(
        request,
        f"This is version {draft.number}, a copy to be changed. Candidates keep getting the published version until "
        "you publish this one.",
    )
    return HttpResponseRedirect(questions_url(draft))


class CopyForm(forms.Form):
    title = forms.CharField(
        max_length=200, label="Title of the copy", widget=UnfoldAdminTextInputWidget(attrs={"autofocus": True})
    )


@require_http_methods(["GET", "HEAD", "POST"])
def duplicate_page(request: HttpRequest, exam_id: int, *, site: AdminSite) -> HttpResponse:
    exam = exam_or_404(request, exam_id)
    form = CopyForm(request.POST or None, initial={"title": f"Copy of {exam.title}"[:200]})
    if request.method == "POST" and form.is_valid():
        copy = duplicate(exam, title=form.cleaned_data["title"], by=who(request))
        messages.success(request, f"“{copy}” is a draft. Set its window and enrol its candidates.")
        return HttpResponseRedirect(exam_url(copy))
    context = {
        **site.each_context(request),
        "title": f"Duplicate: {exam}",
        "opts": Exam._meta,
        "original": exam,
        "exam": exam,
        "form": form,
    }
    return TemplateResponse(request, "exams_admin/duplicate.html", context)
