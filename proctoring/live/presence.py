"""Who is connected to this process, and who looks at them. What nobody looks at is not sent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from proctoring.live.limits import Arrivals
from proctoring.services import candidate_group, page_group, wall_group

if TYPE_CHECKING:
    from proctoring.live.candidate import CandidateConsumer

ANNOUNCE_SECONDS = 5.0
FORGET_SECONDS = 12.0
SESSION_SECONDS = 1.0

WALL = "wall"
PAGE = "page"

# The consumers of this process by session. Only the event loop touches it.
connected: dict[UUID, CandidateConsumer] = {}
arrivals = Arrivals()


def candidates_group(exam_id: int) -> str:
    """Every connected candidate of an exam."""
    return f"exam.{exam_id}.candidates"


__all__ = ["PAGE", "WALL", "Publisher", "candidate_group", "candidates_group", "connected", "page_group", "wall_group"]


class Publisher:
    """One session's line to the proctors' pages. Each announces itself every five seconds while it is open."""

    def __init__(self, layer: Any, *, session_id: UUID, exam_id: int | None) -> None:
        self._layer = layer
        self._session_id = str(session_id)
        self._groups = {PAGE: page_group(session_id)}
        if exam_id is not None:
            self._groups[WALL] = wall_group(exam_id)
        self._watched: dict[str, float] = {}
        self._sent_at = 0.0

    def watched_from(self, where: str) -> None:
        """A proctor's page of this kind is open now."""
        self._watched[where] = time.monotonic()

    def watchers(self) -> list[str]:
        """Which kinds of page look at this session."""
        oldest = time.monotonic() - FORGET_SECONDS
        return [where for where in self._groups if self._watched.get(where, 0.0) > oldest]

    def session_is_due(self) -> bool:
        """A second has passed since the session was last sent."""
        return time.monotonic() - self._sent_at >= SESSION_SECONDS

    async def session(self, payloads: dict[str, dict[str, Any]]) -> None:
        """Send the session as each kind of page shows it."""
        self._sent_at = time.monotonic()
        for where, payload in payloads.items():
            await self._send(where, {"type": "session", "session": payload})

    async def tell(self, message: dict[str, Any], *, where: str | None = None) -> None:
        """Send a message about the session to every kind of page that looks at it, or to this kind only."""
        for each in self.watchers():
            if where in (None, each):
                await self._send(each, {**message, "session": self._session_id})

    def everywhere(self) -> list[str]:
        """Every kind of page there may be, whether it announced itself here or not."""
        return list(self._groups)

    async def _send(self, where: str, payload: dict[str, Any]) -> None:
        await self._layer.group_send(self._groups[where], {"type": "to.page", "payload": payload})
