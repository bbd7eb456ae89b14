"""Addresses below /api/v1/."""

from __future__ import annotations

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from exams.api.staff.urls import EXAM
from proctoring.api import accommodations, policy, staff, views

router = SimpleRouter()
router.register("accommodations", accommodations.AccommodationViewSet, basename="api_accommodation")
router.register(rf"{EXAM}/sessions", staff.SessionViewSet, basename="api_exam_session")
router.register(rf"{EXAM}/events", staff.EventViewSet, basename="api_event")
router.register(rf"{EXAM}/exports", staff.ExportViewSet, basename="api_export")

urlpatterns = [
    *router.urls,
    re_path(rf"^{EXAM}/policy/$", policy.PolicyViewSet.as_view({"get": "show", "patch": "change"}), name="api_policy"),
    re_path(
        rf"^{EXAM}/policy/from-preset/$",
        policy.PolicyViewSet.as_view({"post": "from_preset"}),
        name="api_policy_from_preset",
    ),
    path("attempts/<uuid:attempt_id>/finish/", views.AttemptFinishView.as_view(), name="api_attempt_finish"),
    path("sessions/<uuid:session_id>/", views.SessionView.as_view(), name="api_session"),
    path("sessions/<uuid:session_id>/answers/", views.SessionAnswersView.as_view(), name="api_session_answers"),
    path("sessions/<uuid:session_id>/finish/", views.FinishView.as_view(), name="api_finish"),
    path("sessions/<uuid:session_id>/withdraw/", views.WithdrawView.as_view(), name="api_withdraw"),
    path("sessions/<uuid:session_id>/signals/", views.SignalsView.as_view(), name="api_signals"),
]
