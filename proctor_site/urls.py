"""All addresses of the site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path

from exams.api.docs import NothingHere

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("proctoring.api.urls")),
    path("", include("exams.urls")),
    re_path(r"^api/", NothingHere.as_view()),  # programs read JSON, also where nothing is
    path("", include("proctoring.urls")),
]
