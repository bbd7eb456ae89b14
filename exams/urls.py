"""Addresses of exams' own; the other pages around an exam need cameras and live in ``proctoring``."""

from __future__ import annotations

from django.urls import include, path

from exams import picture_views, views

urlpatterns = [
    path("api/v1/", include("exams.api.urls")),
    path("results/<uuid:attempt_id>/", views.result, name="result"),
    path("receipts/<uuid:attempt_id>/", views.receipt, name="receipt"),
    path("receipts/<uuid:attempt_id>/receipt.txt", views.receipt_file, name="receipt_file"),
    path("pictures/<uuid:picture_id>/", picture_views.question_picture, name="question_picture"),
    path("", include("exams.accounts.urls")),
]
