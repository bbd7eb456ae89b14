"""Figures and plots by which an author judges the questions."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from exams import plots, results
from exams.admin.marking import markable_exam_or_404
from exams.exam_statistics import ExamStatistics


@require_safe
def statistics_page(request: HttpRequest, exam_id: int, *, site: AdminSite) -> HttpResponse:
    exam = markable_exam_or_404(request, exam_id)
    figures = ExamStatistics(exam)
    passing = None if exam.passing_percent is None else float(exam.passing_percent)
    dots = [
        plots.Dot(str(row.number), f"{row.number}. {row.title}", row.figures.difficulty, row.figures.discrimination)
        for row in figures.questions
        if row.figures.difficulty is not None and row.figures.discrimination is not None
    ]
    context = {
        **site.each_context(request),
        "title": f"Statistics: {exam}",
        "content_title": f"{exam}: statistics",
        "exam": exam,
        "figures": figures,
        "histogram": plots.histogram(figures.distribution, passing=passing),
        "scatter": plots.scatter(dots) if dots else "",
        "may_correct": results.may_release(request.user, exam),
    }
    return TemplateResponse(request, "exams_admin/results_statistics.html", context)
