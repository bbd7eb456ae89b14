"""Messages within one process, where there is no Redis: for thousands of consumers that come and go."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from typing import Any

from channels.layers import BaseChannelLayer

CAPACITY = 100  # messages that wait for one consumer; what comes then is lost to it


class LocalChannelLayer(BaseChannelLayer):
    """In place of Channels' own layer in memory, which looks through every channel and every group's members before
    each message, and keeps what is sent to somebody who has just left.

    A channel is there from the first time that somebody listens to it until they have ended: Channels cancels what
    waits for a message only then. What is sent to it before or after goes nowhere.
    """

    extensions = ("groups",)

    def __init__(self, capacity: int = CAPACITY) -> None:
        super().__init__(capacity=capacity)
        self.channels: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self.groups: dict[str, dict[str, None]] = {}
        self._joined: dict[str, set[str]] = {}  # the other way round
        self._number = 0

    async def new_channel(self, prefix: str = "specific") -> str:
        self._number += 1
        return f"{prefix}.local!{self._number}"

    def forget(self, channel: str) -> None:
        """Whoever listened to it has ended, in whatever way."""
        self.channels.pop(channel, None)
        for group in self._joined.pop(channel, ()):
            self._part(group, channel)

    async def receive(self, channel: str) -> dict[str, Any]:
        """Waits for the next message."""
        try:
            return await self._open(channel).get()
        except asyncio.CancelledError:
            self.forget(channel)
            raise

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        queue = self.channels.get(channel)
        if queue is not None and not queue.full():
            queue.put_nowait(deepcopy(message))

    async def group_add(self, group: str, channel: str) -> None:
        self.require_valid_group_name(group)
        self._open(channel)
        self.groups.setdefault(group, {})[channel] = None
        self._joined.setdefault(channel, set()).add(group)

    async def group_discard(self, group: str, channel: str) -> None:
        self._part(group, channel)
        if (joined := self._joined.get(channel)) is not None:
            joined.discard(group)
            if not joined:
                del self._joined[channel]

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        for channel in list(self.groups.get(group, ())):
            await self.send(channel, message)

    def _open(self, channel: str) -> asyncio.Queue[dict[str, Any]]:
        if (queue := self.channels.get(channel)) is None:
            queue = self.channels[channel] = asyncio.Queue(self.capacity)
        return queue

    def _part(self, group: str, channel: str) -> None:
        members = self.groups.get(group, {})
        members.pop(channel, None)
        if not members:
            self.groups.pop(group, None)
