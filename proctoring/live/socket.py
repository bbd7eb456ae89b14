"""What every WebSocket of the site has in common: how messages come to it, and that it leaves in every case."""

from __future__ import annotations

from typing import Any

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer


class Socket(AsyncWebsocketConsumer):
    """One connection, on the event loop."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """However it ends, by a goodbye, a fault or because Daphne has lost patience: it leaves nothing behind."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self.leave()
            if (forget := getattr(self.channel_layer, "forget", None)) is not None:
                forget(self.channel_name)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without what Channels does before every message, a hop through the thread all of Django's async code shares:
        nothing here uses a database connection of that thread."""
        await getattr(self, get_handler_name(message))(message)

    async def leave(self) -> None:
        """Give back what this connection holds. Called once it is over, perhaps not for the first time."""
        raise NotImplementedError
