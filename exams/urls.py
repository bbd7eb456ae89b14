"""Addresses of exams' own; the pages around an exam need cameras and live in ``proctoring``."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("api/v1/", include("exams.api.urls")), path("", include("exams.accounts.urls"))]
