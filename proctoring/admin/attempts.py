"""What an attempt's page gains from the cameras: the way to the session that watched it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from exams.admin.attempts import AttemptAdmin
from exams.models import Attempt
from proctoring import selectors

admin.site.unregister(Attempt)


@admin.register(Attempt)
class WatchedAttemptAdmin(AttemptAdmin):
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        found = {"session_url": session_url(request, object_id)}
        return super().change_view(request, object_id, form_url, {**found, **(extra_context or {})})


def session_url(request: HttpRequest, attempt_id: str) -> str:
    """Empty where nobody watched, or the person may not see who did; authors do not watch people."""
    session = selectors.session_of_attempt(request.user, attempt_id)
    return "" if session is None else reverse("admin:proctoring_session_change", args=[session.pk])
