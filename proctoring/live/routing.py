"""Which consumer answers which WebSocket address."""

from __future__ import annotations

from django.urls import URLPattern, path

from proctoring.live.candidate import CandidateConsumer
from proctoring.live.proctor import SessionConsumer, WallConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/candidate/<uuid:session_id>/", CandidateConsumer.as_asgi()),
    path("ws/proctor/exams/<int:exam_id>/", WallConsumer.as_asgi()),
    path("ws/proctor/sessions/<uuid:session_id>/", SessionConsumer.as_asgi()),
]
