"""The pictures of an exam: uploaded here, named in its texts, deleted when no text names them any more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from exams.admin.base import exam_or_404, who
from exams.models import Exam, QuestionPicture
from exams.services.pictures import MAX_BYTES, PictureRefused, add_picture, remove_picture, used_pictures

MOST_AT_ONCE = 20


@require_http_methods(["GET", "HEAD", "POST"])
def pictures_page(request: HttpRequest, exam_id: int, *, site: AdminSite) -> HttpResponse:
    exam = exam_or_404(request, exam_id)
    if request.method == "POST":
        if "delete" in request.POST:
            _delete(request, exam, request.POST["delete"])
        else:
            _upload(request, exam)
        return HttpResponseRedirect(reverse("admin:exams_exam_pictures", args=[exam.pk]))
    used = used_pictures(exam)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": f"Pictures: {exam}",
        "opts": Exam._meta,
        "original": exam,
        "exam": exam,
        "editable": exam.state != Exam.State.ARCHIVED,
        "pictures": [(picture, picture.pk in used) for picture in exam.pictures.all()],
    }
    return TemplateResponse(request, "exams_admin/question_pictures.html", context)


def _upload(request: HttpRequest, exam: Exam) -> None:
    files = request.FILES.getlist("pictures")
    if exam.state == Exam.State.ARCHIVED:
        messages.error(request, "The exam is archived. Take it out of the archive first.")
        return
    if not files:
        messages.error(request, "Choose a picture first.")
    for file in files[MOST_AT_ONCE:]:
        messages.error(request, f"{file.name}: not taken, as {MOST_AT_ONCE} are taken at a time.")
    added = 0
    for file in files[:MOST_AT_ONCE]:
        try:
            add_picture(exam=exam, data=file.read(MAX_BYTES + 1), by=who(request))
            added += 1
        except PictureRefused as error:
            messages.error(request, f"{file.name}: {error.message}")
    if added:
        messages.success(
            request,
            f"{added} picture{'' if added == 1 else 's'} added. Copy what stands below one into a question’s text.",
        )


def _delete(request: HttpRequest, exam: Exam, value: str) -> None:
    try:
        picture = exam.pictures.get(pk=UUID(value))
    except (ValueError, QuestionPicture.DoesNotExist):
        raise Http404("There is no such picture in this exam.") from None
    try:
        remove_picture(picture)
    except PictureRefused as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The picture was deleted.")
