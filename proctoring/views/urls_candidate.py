"""Addresses of the candidate's pages."""

from __future__ import annotations

from django.urls import path

from proctoring.views import candidate

urlpatterns = [
    path("", candidate.home, name="home"),
    path("exams/<int:exam_id>/", candidate.exam, name="exam"),
    path("practice/", candidate.practice, name="practice"),
    path("sessions/<uuid:session_id>/", candidate.room, name="room"),
]
