"""Addresses below /api/v1/ that belong to exams."""

from __future__ import annotations

from django.urls import include, path

from exams.api.docs import DocsView, SchemaView
from exams.api.time import BreakView, TimeView
from exams.api.views import AnswersView, AttemptView

urlpatterns = [
    path("schema/", SchemaView.as_view(), name="api_schema"),
    path("", include("exams.api.staff.urls")),
    path("docs/", DocsView.as_view(), name="api_docs"),
    path("attempts/<uuid:attempt_id>/", AttemptView.as_view(), name="api_attempt"),
    path("attempts/<uuid:attempt_id>/answers/", AnswersView.as_view(), name="api_answers"),
    path("attempts/<uuid:attempt_id>/time/", TimeView.as_view(), name="api_time"),
    path("attempts/<uuid:attempt_id>/break/", BreakView.as_view(), name="api_break"),
]
