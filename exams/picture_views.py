"""Pictures of questions, as pages and papers fetch them. Whoever may not see one is told that there is none."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from exams import pictures
from exams.models import QuestionPicture, User
from exams.services.pending_imports import pending_picture

# A picture never changes under its address; a day covers an exam, and the browser of a shared computer forgets it.
CACHE = "private, max-age=86400"


@require_safe
@login_required
def question_picture(request: HttpRequest, picture_id: UUID) -> HttpResponse:
    """Shown as a picture or not at all, whatever is in the file; never by another site."""
    content, content_type = _picture(request, picture_id)
    headers = {
        "Cache-Control": CACHE,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)


def _picture(request: HttpRequest, picture_id: UUID) -> tuple[bytes, str]:
    """An exam's, or one in a file of questions that the person is about to import."""
    try:
        picture = pictures.picture_for(request.user, picture_id)
        return pictures.content_of(picture), picture.content_type
    except (QuestionPicture.DoesNotExist, FileNotFoundError):
        pending = pending_picture(request.user, picture_id) if isinstance(request.user, User) else None
        if pending is None:
            raise Http404("There is no such picture for you.") from None
        return pending
