"""Publishing an exam's results, and taking them back: what follows is said first."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from exams import reporting, results
from exams.admin.base import who
from exams.admin.marking import markable_exam_or_404
from exams.errors import ResultsNotReady
from exams.models import Exam
from exams.services import publish_results, withdraw_results
from exams.undecided import undecided

SEES = {
    Exam.Afterwards.NOTHING: "The exam is set to show candidates nothing afterwards, so they will see that results "
    "are out, and no figures.",
    Exam.Afterwards.SCORE: "Candidates see their score and whether they passed.",
    Exam.Afterwards.REVIEW: "Candidates see their score, their answers, the right ones and the comments.",
}


@require_http_methods(["GET", "HEAD", "POST"])
def release_page(request: HttpRequest, exam_id: int, *, publish: bool, site: AdminSite) -> HttpResponse:
    exam = markable_exam_or_404(request, exam_id)
    if not results.may_release(request.user, exam):
        raise PermissionDenied("Only administrators and authors of the exam's institution may publish its results.")
    problem = ""
    if request.method == "POST":
        try:
            if publish:
                insists = {"force": "force" in request.POST, "although_undecided": "undecided" in request.POST}
                publish_results(exam=exam, by=who(request), **insists)
            else:
                withdraw_results(exam=exam, by=who(request))
        except ResultsNotReady as error:
            problem = error.message
        else:
            done = "The results are published." if publish else "Candidates see no results any more."
            messages.success(request, done)
            return HttpResponseRedirect(reverse("admin:exams_results", args=[exam.pk]))
    found = undecided(exam, who(request)) if publish else []
    context = {
        **site.each_context(request),
        "title": f"{'Publish' if publish else 'Withdraw'} the results: {exam}",
        "content_title": f"{exam}: results",
        "exam": exam,
        "publish": publish,
        "problem": problem,
        "sees": SEES[Exam.Afterwards(exam.afterwards)],
        "undecided": found,
        "undecided_number": sum(one.number for one in found if one.asks),
        "facts": reporting.facts_of(exam, reporting.rows_of(exam)),
    }
    return TemplateResponse(request, "exams_admin/results_release.html", context, status=422 if problem else 200)
