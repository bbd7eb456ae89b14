"""Addresses of sessions, live pictures, evidence and exports."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from proctoring.admin.accuracy import accuracy_page
from proctoring.admin.model_card import model_card_page
from proctoring.live.views import internal_metrics
from proctoring.views import evidence

urlpatterns: list[URLPattern | URLResolver] = [
    path("sessions/<uuid:session_id>/frame.jpg", evidence.live_frame, name="live_frame"),
    path("sessions/<uuid:session_id>/export.csv", evidence.session_csv_view, name="session_csv"),
    path("sessions/<uuid:session_id>/export.json", evidence.session_json_view, name="session_json"),
    path("sessions/<uuid:session_id>/report.pdf", evidence.session_pdf_view, name="session_pdf"),
    path("snapshots/<uuid:session_id>/<slug:name>.jpg", evidence.snapshot, name="snapshot"),
    path("exports/<uuid:export_id>/", evidence.export_state, name="export"),
    path("exports/<uuid:export_id>/download/", evidence.export_file, name="export_file"),
    path("accuracy/", admin.site.admin_view(accuracy_page), name="accuracy"),
    path("accuracy/model-card/", admin.site.admin_view(model_card_page), name="model_card"),
    path("internal/metrics/", internal_metrics, name="internal_metrics"),
    path("", include("proctoring.views.urls_candidate")),
]
