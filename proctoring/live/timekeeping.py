"""What others change about a session that runs: the time of its attempt (deadline, breaks, what comes on top), and the
policy it goes by."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from proctoring import services
from proctoring.live import frames, payloads
from proctoring.live.database import read
from proctoring.models import Event
from proctoring.risk.changing import under
from proctoring.risk.policy import Policy

if TYPE_CHECKING:
    from proctoring.live.candidate import CandidateConsumer
    from proctoring.live.session import LiveSession


class Timekeeper:
    """Messages only say that something has changed; what holds now is read, so their order does not matter."""

    def __init__(self, page: CandidateConsumer, live: LiveSession) -> None:
        self._page = page
        self._live = live
        self._turn = asyncio.Lock()

    async def changed(self, message: Mapping[str, Any]) -> None:
        """Group message: the attempt's time has changed, by ``change`` where it was a person or an outage."""
        await self.look_again(change=message["change"])
        await self._page.publish_events(await read(partial(recorded, message["events"])))

    async def policy_changed(self, message: Mapping[str, Any]) -> None:
        """Group message: something was granted to the candidate, or taken back; the log has it already."""
        async with self._turn:
            page, live = self._page, self._live
            policy = await read(partial(services.policy_of_session, live.id))
            if policy is None or page.left:
                return
            follow_policy(live, policy)
            await page.tell(payloads.policy_message(policy))
        await page.publish_events(await read(partial(recorded, message["events"])))
        await page.publish(force=True)

    async def look_again(self, *, change: Mapping[str, Any] | None = None, not_before: float = 0.0) -> None:
        async with self._turn:
            page, live = self._page, self._live
            attempt = await read(partial(services.time_of_session, live.id))
            if attempt is None or page.left:
                return
            live.follow(attempt, now=time.time())
            if live.on_break:
                frames.forget(live.id)
            if live.watching:
                page.alarms.set(not_before=not_before)
            await page.tell(payloads.time_message(live, change=change))
        await page.publish(force=True)


def follow_policy(live: LiveSession, policy: Policy) -> None:
    """From here on this policy holds."""
    if policy == live.connection.policy:
        return
    live.connection = replace(live.connection, policy=policy)
    if live.engine is not None:
        live.engine = under(policy, live.engine)
        live.step = live.engine.step()


def recorded(ids: Sequence[int]) -> list[Event]:
    return list(Event.objects.filter(pk__in=ids).select_related("session").order_by("sequence"))
