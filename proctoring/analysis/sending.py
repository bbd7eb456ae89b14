"""Frames handed to Celery: bytes in msgpack, not kept when stale, no result but the verdict itself."""

from __future__ import annotations

import time

from proctor_site.celery import app
from proctoring.analysis.remote_wire import QUEUE, TASK


def send_frames(reply_to: str, frames: list[tuple[str, bytes, bool]], expires: float) -> None:
    """Raises kombu's OperationalError when the broker is out of reach; waits for it no longer than a moment."""
    app.send_task(
        TASK,
        kwargs={"reply_to": reply_to, "frames": frames, "sent": time.time(), "expires": expires},
        queue=QUEUE,
        expires=expires,
        serializer="msgpack",
        ignore_result=True,
        retry=False,
    )
