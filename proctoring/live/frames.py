"""The newest frame of each session, in memory only: what a proctor's page shows."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from uuid import UUID

KEEP_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class NewestFrame:
    """``unix_ms``: when it was taken, on the server's clock; ``kept``: a steady clock."""

    jpeg: bytes
    sequence: int
    unix_ms: int
    kept: float


_frames: dict[UUID, NewestFrame] = {}
_lock = threading.Lock()  # consumers write from the event loop, views read from threads


def keep(session_id: UUID, *, jpeg: bytes, sequence: int, unix_ms: int) -> None:
    with _lock:
        _frames[session_id] = NewestFrame(jpeg, sequence, unix_ms, time.monotonic())


def newest(session_id: UUID) -> NewestFrame | None:
    """The last frame looked at, for ten minutes at most; None without one."""
    frame = _frames.get(session_id)
    return frame if frame is not None and frame.kept > time.monotonic() - KEEP_SECONDS else None


def count() -> int:
    """How many are kept."""
    return len(_frames)


def forget(session_id: UUID) -> None:
    """The session has ended. Frames too old to be shown go with it."""
    oldest = time.monotonic() - KEEP_SECONDS
    with _lock:
        for each in [key for key, frame in _frames.items() if key == session_id or frame.kept <= oldest]:
            del _frames[each]
