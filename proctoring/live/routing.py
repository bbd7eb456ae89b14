"""Which consumer answers which WebSocket address."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path, re_path

from proctoring.live.candidate import CandidateConsumer
from proctoring.live.proctor import SessionConsumer, WallConsumer


async def nothing_here(scope: Any, receive: Any, send: Any) -> None:
    """Refused at the handshake; Channels takes an address nobody knows for a fault of the site."""
    await receive()
    await send({"type": "websocket.close"})


websocket_urlpatterns: list[URLPattern] = [
    path("ws/candidate/<uuid:session_id>/", CandidateConsumer.as_asgi()),
    path("ws/proctor/exams/<int:exam_id>/", WallConsumer.as_asgi()),
    path("ws/proctor/sessions/<uuid:session_id>/", SessionConsumer.as_asgi()),
    re_path("", nothing_here),  # type: ignore[arg-type]  # Django's stubs know views only
]
