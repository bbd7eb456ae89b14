"""Pages as the sockets see them: a signed-in browser at the real ASGI application."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import UUID, uuid4

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client

from exams.models import User
from proctoring.live.wire import pack_frame

Message = dict[str, Any]
PATIENCE = 20.0
ORIGIN = b"http://127.0.0.1"


def cookie(user: User) -> bytes:
    """The session cookie of somebody signed in."""
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}".encode()


class Closed(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class Page:
    """One open socket."""

    def __init__(self, path: str, *, user: User | None = None, origin: bytes = ORIGIN) -> None:
        self.path = path
        self.user = user
        self.origin = origin
        self.sequence = 0
        self.welcome: Message = {}

    async def open(self) -> Page:
        from proctor_site.asgi import application

        headers = [(b"origin", self.origin), (b"host", b"127.0.0.1")]
        if self.user is not None:
            headers.append((b"cookie", await sync_to_async(cookie)(self.user)))
        self.socket = WebsocketCommunicator(application, self.path, headers=headers)
        accepted, code = await self.socket.connect(timeout=PATIENCE)
        if not accepted:
            raise Closed(int(code or 0))
        return self

    async def receive(self, timeout: float = PATIENCE) -> Message:
        output = await self.socket.receive_output(timeout)
        if output["type"] == "websocket.close":
            raise Closed(output["code"])
        return dict(json.loads(output["text"]))

    async def expect(self, *types: str) -> Message:
        """The next message of one of these types."""
        while True:
            message = await self.receive()
            if message["type"] in types:
                return message

    async def closed(self) -> int:
        """The code the server closes with, whatever it says before."""
        while True:
            try:
                await self.receive()
            except Closed as closed:
                return closed.code

    async def say(self, message: Message) -> None:
        await self.socket.send_to(text_data=json.dumps(message))

    async def leave(self) -> None:
        if self.socket.future.cancelled():  # a wait in vain ended it: leaving would break off fixtures
            return
        await self.socket.disconnect(timeout=PATIENCE)


class CandidatePage(Page):
    """The candidate's room."""

    def __init__(self, session_id: UUID, user: User | None, **options: Any) -> None:
        super().__init__(f"/ws/candidate/{session_id}/", user=user, **options)
        self.session_id = session_id

    async def open(self) -> CandidatePage:
        await super().open()
        self.welcome = await self.expect("welcome")
        self.sequence = self.welcome["last_seq"]
        return self

    async def show(self, jpeg: bytes, *, captured_ms: float | None = None) -> None:
        self.sequence += 1
        at = time.time() * 1000 if captured_ms is None else captured_ms
        await self.socket.send_to(bytes_data=pack_frame(self.session_id, self.sequence, at, jpeg))

    async def frame(self, jpeg: bytes, *, captured_ms: float | None = None) -> Message:
        """Send one frame; its acknowledgement."""
        await self.show(jpeg, captured_ms=captured_ms)
        while True:
            answer = await self.expect("verdict", "frame_error")
            if answer["seq"] == self.sequence:
                return answer

    async def signal(self, *kinds: str, ids: list[UUID] | None = None) -> Message:
        """Send browser signals of this moment; the acknowledgement."""
        now = time.time() * 1000
        signals = [
            {"id": str(client_id), "kind": kind, "time_ms": now}
            for kind, client_id in zip(kinds, ids or [uuid4() for _ in kinds], strict=True)
        ]
        await self.say({"type": "signals", "sent_ms": now, "signals": signals})
        return await self.expect("signal_ack")
