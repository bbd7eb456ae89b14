"""What a connection does by the clock while its session is live: notice silence, end a break that is used up, and end
when time is up."""

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
RETRY_SECONDS = 2.0


class Alarms:
    """The timers of one connection."""

    def __init__(self, page: CandidateConsumer, live: LiveSession) -> None:
        self._page = page
        self._live = live
        self._deadline: asyncio.TimerHandle | None = None
        self._break: asyncio.TimerHandle | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._over = False

    def begin(self) -> None:
        """The session is live on this connection."""
        self._listen_for_silence()
        self.set()

    def set(self, *, not_before: float = 0.0) -> None:
        """By the deadline and the break as they are now; at the earliest in ``not_before`` seconds."""
        for timer in (self._deadline, self._break):
            if timer is not None:
                timer.cancel()
        if self._over:
            return
        loop, now = asyncio.get_running_loop(), time.time()
        if self._live.deadline is not None:
            seconds = self._live.deadline.timestamp() + DEADLINE_GRACE_SECONDS - now
            self._deadline = loop.call_later(max(not_before, seconds), self._time_is_up)
        if self._live.break_ends is not None:
            self._break = loop.call_later(max(not_before, self._live.break_ends - now), self._break_is_over)

    def cancel(self) -> None:
        self._over = True
        for timer in (self._deadline, self._break, self._silence):
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
        ended = await recorder.call(partial(services.end_when_due, self._live.id))
        if ended is None:
            await self._page.timekeeper.look_again(not_before=RETRY_SECONDS)

    def _break_is_over(self) -> None:
        self._page.spawn(self._end_break())

    async def _end_break(self) -> None:
        # Tells this connection that its time has changed.
        await recorder.call(partial(services.end_break_of, self._live.id))
