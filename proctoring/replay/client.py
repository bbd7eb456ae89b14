"""A candidate's side of the live WebSocket, speaking as the page does: one unacknowledged frame at a time."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Origin

from proctoring.live.limits import BURST, MESSAGES_PER_SECOND, TokenBucket
from proctoring.live.wire import pack_frame

Message = dict[str, Any]

# Below what the server takes for a flood, since its clock and this one do not tick together.
KEPT_SHARE = 0.9

CLOSE_MEANINGS = {
    1012: "the server is restarting; try again in a moment",
    4001: "another connection took this one's place",
    4400: "too many messages did not keep to the protocol",
    4401: "the server does not know this sign-in; does it use the same database (PROCTOR_DATA_DIR, PROCTOR_DATABASE)?",
    4403: "this is not the candidate's session, or the server's database does not have it",
    4409: "the candidate has not consented to being recorded",
    4410: "the session has ended",
    4413: "a message was larger than 256 KiB",
    4429: "too many messages came at once",
}


class ServerUnreachable(Exception):
    """Nothing answers at the address."""


class Refused(Exception):
    """The server answered, and said no."""

    def __init__(self, sentence: str, *, code: int | None = None) -> None:
        super().__init__(sentence)
        self.code = code


class CandidateClient:
    """``async with CandidateClient(...) as client`` opens the socket and reads the welcome.

    Messages that nobody waits for go to ``on_message``.
    """

    welcome: Message

    def __init__(
        self, *, url: str, session_id: UUID, cookie: str, on_message: Callable[[Message], None] = lambda _: None
    ) -> None:
        self.url = url.rstrip("/")
        self.session_id = session_id
        self.cookie = cookie
        self.on_message = on_message
        self.sequence = 0
        self._socket: ClientConnection | None = None
        self._bucket = TokenBucket(MESSAGES_PER_SECOND * KEPT_SHARE, int(BURST * KEPT_SHARE))

    async def __aenter__(self) -> CandidateClient:
        address = urlsplit(self.url)
        scheme = "wss" if address.scheme == "https" else "ws"
        try:
            self._socket = await connect(
                f"{scheme}://{address.netloc}/ws/candidate/{self.session_id}/",
                origin=Origin(f"{address.scheme}://{address.netloc}"),
                additional_headers={"Cookie": self.cookie},
                compression=None,  # JPEGs do not shrink
                proxy=None,
                open_timeout=30,
            )
        except InvalidStatus as error:
            status = error.response.status_code
            raise Refused(f"The server at {self.url} refused the connection (HTTP {status}).") from error
        except (OSError, InvalidHandshake) as error:
            raise ServerUnreachable(f"No server answers at {self.url} ({error}). Start one with: make run") from error
        self.welcome = await self.expect("welcome")
        self.sequence = int(self.welcome["last_seq"])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket is not None:
            await self._socket.close()

    def cut(self) -> None:
        """End the connection without a farewell, as a network that goes away: the server meets a reset."""
        if self._socket is not None:
            line = self._socket.transport.get_extra_info("socket")
            if line is not None:  # else it is closed already
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._socket.transport.abort()

    async def send(self, message: Message) -> None:
        await self._send(json.dumps(message))

    async def _send(self, data: str | bytes) -> None:
        assert self._socket is not None
        while not self._bucket.take(time.monotonic()):  # noqa: ASYNC110  nothing but time to wait for
            await asyncio.sleep(1 / MESSAGES_PER_SECOND)
        try:
            await self._socket.send(data)
        except ConnectionClosed as closed:
            raise refusal(closed) from closed

    async def receive(self) -> Message:
        assert self._socket is not None
        try:
            return dict(json.loads(await self._socket.recv()))
        except ConnectionClosed as closed:
            raise refusal(closed) from closed

    async def expect(self, *types: str) -> Message:
        """The next message of one of these types; an ``error`` from the server raises Refused."""
        while True:
            message = await self.receive()
            if message["type"] in types:
                return message
            if message["type"] == "error":
                raise Refused(f"The server refused a message: {message['message']} ({message['code']})")
            self.on_message(message)

    async def frame(self, jpeg: bytes, *, capture_ms: float) -> Message:
        """Sends one frame and waits for its acknowledgement: a ``verdict`` or a ``frame_error``."""
        self.sequence += 1
        await self._send(pack_frame(self.session_id, self.sequence, capture_ms, jpeg))
        while True:
            answer = await self.expect("verdict", "frame_error")
            if answer["seq"] in (self.sequence, None):
                return answer


def refusal(closed: ConnectionClosed) -> Refused:
    if closed.rcvd is None:
        return Refused("The connection to the server broke.")
    code = closed.rcvd.code
    meaning = CLOSE_MEANINGS.get(code, closed.rcvd.reason or "no reason was given")
    return Refused(f"The server closed the connection: {meaning} (code {code}).", code=code)
