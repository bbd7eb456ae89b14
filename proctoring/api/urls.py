"""Addresses below /api/v1/."""

from __future__ import annotations

from django.urls import path

from proctoring.api import views

urlpatterns = [
    path("attempts/<uuid:attempt_id>/finish/", views.AttemptFinishView.as_view(), name="api_attempt_finish"),
    path("sessions/<uuid:session_id>/", views.SessionView.as_view(), name="api_session"),
    path("sessions/<uuid:session_id>/answers/", views.SessionAnswersView.as_view(), name="api_session_answers"),
    path("sessions/<uuid:session_id>/finish/", views.FinishView.as_view(), name="api_finish"),
    path("sessions/<uuid:session_id>/signals/", views.SignalsView.as_view(), name="api_signals"),
]
