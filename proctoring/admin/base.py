"""What the lists of sessions and events share: rows come through the selectors, and nobody edits them by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest

from exams.models import Exam
from exams.scoped_admin import WATCHERS, ReadOnlyMixin, ScopedModelAdmin
from proctoring import selectors
from proctoring.models import Session


class RecordAdmin(ReadOnlyMixin, ScopedModelAdmin):
    """A record of what happened, for those who watch: administrators, proctors and reviewers."""

    view_roles = WATCHERS
    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.view_roles, None)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.view_roles, obj)


def session_or_404(request: HttpRequest, session_id: UUID | str) -> Session:
    """Whoever may not see a session is told that there is none."""
    try:
        return selectors.session_for(request.user, session_id)
    except (Session.DoesNotExist, ValidationError):  # the latter: no UUID at all
        raise Http404("There is no such session, or you may not see it.") from None


def exam_or_404(request: HttpRequest, exam_id: int) -> Exam:
    try:
        return selectors.watchable_exam(request.user, exam_id)
    except Exam.DoesNotExist:
        raise Http404("There is no such exam, or you may not see its sessions.") from None


def base_url(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def refuse_unless(allowed: Any, sentence: str) -> None:
    if not allowed:
        raise PermissionDenied(sentence)
