"""What a connection does by the clock while its session is live: notice silence, and end when time is up."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING

from proctoring import services
from proctoring.live.recorder import recorder
from proctoring.models import Session

if TYPE_CHECKING:
    from proctoring.live.candidate import CandidateConsumer
    from proctoring.live.session import LiveSession

DEADLINE_GRACE_SECONDS = 2.0  # an answer saved in the last second still arrives
SILENCE_CHECK_SECONDS = 2.0


class Alarms:
    """The timers of one connection."""

    def __init__(self, page: CandidateConsumer, live: LiveSession) -> None:
        self._page = page
        self._live = live
        self._deadline: asyncio.TimerHandle | None = None
        self._silence: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """The session is live on this connection."""
        self._listen_for_silence()
        deadline = self._live.deadline
        if deadline is not None and self._deadline is None:
            seconds = deadline.timestamp() + DEADLINE_GRACE_SECONDS - time.time()
            self._deadline = asyncio.get_running_loop().call_later(max(0.0, seconds), self._time_is_up)

    def cancel(self) -> None:
        for timer in (self._deadline, self._silence):
            if timer is not None:
                timer.cancel()

    def _listen_for_silence(self) -> None:
        """A page that keeps its connection but sends no pictures is noticed without one. A clip keeps its own time."""
        page, live = self._page, self._live
        if page.closing or page.left or live.connection.kind == Session.Kind.REPLAY:
            return
        silences = live.gaps.silence(time.time())
        for entry in silences:
            live.record(entry, now=time.time())
        if silences:
            page.spawn(page.save())
        self._silence = asyncio.get_running_loop().call_later(SILENCE_CHECK_SECONDS, self._listen_for_silence)

    def _time_is_up(self) -> None:
        self._page.spawn(self._end())

    async def _end(self) -> None:
        await self._page.save(urgent=True)
        # Tells this connection through its group, as every end does.
        await recorder.call(partial(services.end_session, self._live.id, Session.EndedBy.DEADLINE))
