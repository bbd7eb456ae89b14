"""Addresses of exams' own; the other pages around an exam need cameras and live in ``proctoring``."""

from __future__ import annotations

from django.urls import include, path

from exams import views

urlpatterns = [
    path("api/v1/", include("exams.api.urls")),
    path("results/<uuid:attempt_id>/", views.result, name="result"),
    path("", include("exams.accounts.urls")),
]
