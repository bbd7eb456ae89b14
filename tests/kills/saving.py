"""What the page keeps until the server has it: answers and browser signals, as static/js/candidate/{answers,outbox}.js
keep them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from proctoring.load.http import Answer, BadAnswer, Connection
from proctoring.replay.client import Refused
from tests.kills.kept import Kept, KeptAnswer, KeptSignal
from tests.kills.pages_code import seconds

Message = dict[str, Any]
REQUEST_SECONDS = 15.0  # static/js/lib/http.js
CSRF = "k" * 32  # a browser sends back what it was given; any 32 letters will do
TRY_AGAIN = {401, 403, 404, 429}
FIRST_PAUSE = seconds("candidate/answers.js", "FIRST_PAUSE_MS")
LONGEST_PAUSE = seconds("candidate/answers.js", "LONGEST_PAUSE_MS")
RESEND = seconds("candidate/outbox.js", "RESEND_MS")


class Requests:
    """The page's requests, one after the other, to whichever address the page is at now."""

    def __init__(self, cookie: str, address: Callable[[], str]) -> None:
        self._headers = {
            "Cookie": f"{cookie}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        self._address = address
        self._connections: dict[str, Connection] = {}
        self._turn = asyncio.Lock()

    async def ask(self, method: str, path: str, body: Message | None = None) -> Answer | None:
        """None when no answer came."""
        async with self._turn:
            connection = self._connection()
            data = b"" if body is None else json.dumps(body).encode()
            asking = connection.request(method, path, headers=self._headers, body=data)
            try:
                return await asyncio.wait_for(asking, REQUEST_SECONDS)
            except (OSError, BadAnswer, TimeoutError, asyncio.TimeoutError):
                await connection.close()
                return None

    def cut(self) -> None:
        for connection in self._connections.values():
            connection.cut()

    async def close(self) -> None:
        for connection in self._connections.values():
            await connection.close()

    def _connection(self) -> Connection:
        address = self._address()
        if address not in self._connections:
            host, port = address.removeprefix("http://").split(":")
            self._connections[address] = Connection(host, int(port))
        return self._connections[address]


class Answers:
    """In order and one at a time for each question; what is not confirmed is sent again under the same id."""

    def __init__(self, session_id: UUID, requests: Requests, kept: Kept) -> None:
        self._session_id = session_id
        self._requests = requests
        self._kept = kept
        self._queues: dict[int, deque[tuple[UUID, Message]]] = {}
        self._sending: dict[int, asyncio.Task[None]] = {}
        self.given: set[UUID] = set()

    def edit(self, question: int, value: Message) -> None:
        queue = self._queues.setdefault(question, deque())
        while len(queue) > 1:  # the first may be on its way; what waits behind it is replaced
            self.given.discard(queue.pop()[0])
        client_id = uuid4()
        self.given.add(client_id)
        queue.append((client_id, value))
        sending = self._sending.get(question)
        if sending is None or sending.done():
            self._sending[question] = asyncio.create_task(self._send(question))

    def unsaved(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    async def stop(self) -> None:
        for task in self._sending.values():
            task.cancel()
        await asyncio.gather(*self._sending.values(), return_exceptions=True)

    async def _send(self, question: int) -> None:
        queue, pause = self._queues[question], 0.0
        while queue:
            client_id, value = queue[0]
            body = {"client_id": str(client_id), "question": question, "value": value}
            reply = await self._requests.ask("POST", f"/api/v1/sessions/{self._session_id}/answers/", body)
            if reply is None or reply.status in TRY_AGAIN or reply.status >= 500:
                pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, pause * 2))
                await asyncio.sleep(pause)
                continue
            pause = 0.0
            queue.popleft()
            if reply.status == 201:
                self._kept.answer(client_id, KeptAnswer(self._session_id, question, value))
            else:
                self._kept.wrong.append(f"An answer was refused: HTTP {reply.status} {reply.body[:300]!r}")


class Outbox:
    """Signals, each until the socket acknowledges it."""

    def __init__(self, session_id: UUID, requests: Requests, kept: Kept) -> None:
        self._session_id = session_id
        self._requests = requests
        self._kept = kept
        self._pending: dict[str, Message] = {}
        self._sent: set[str] = set()
        self._sent_at = 0.0
        self.send: Callable[[Message], Awaitable[None]] | None = None  # while the socket is open

    async def add(self, kind: str) -> None:
        client_id = str(uuid4())
        self._pending[client_id] = {"id": client_id, "kind": kind, "time_ms": time.time() * 1000}
        if self.send is not None:
            await self.flush()
        else:
            await self._beacon()

    async def connected(self) -> None:
        self._sent.clear()
        await self.flush()

    async def flush(self) -> None:
        batch = [signal for signal in self._pending.values() if signal["id"] not in self._sent]
        if not batch or self.send is None:
            return
        self._sent.update(signal["id"] for signal in batch)
        self._sent_at = time.monotonic()
        with contextlib.suppress(Refused):  # the connection has just gone; with the next one they all go again
            await self.send(message(batch))

    async def resend_when_due(self) -> None:
        if self._sent and time.monotonic() - self._sent_at > RESEND:
            await self.connected()

    def acknowledged(self, ids: list[str]) -> None:
        for each in ids:
            self._sent.discard(each)
            signal = self._pending.pop(each, None)
            if signal is not None:
                self._kept.signals[UUID(each)] = KeptSignal(self._session_id, signal["kind"])

    def unsent(self) -> int:
        return len(self._pending)

    async def _beacon(self) -> None:
        """Leaves them where they are: only the socket's acknowledgement clears them."""
        path = f"/api/v1/sessions/{self._session_id}/signals/"
        await self._requests.ask("POST", path, message(list(self._pending.values())))


def message(signals: list[Message]) -> Message:
    return {"type": "signals", "sent_ms": time.time() * 1000, "signals": signals}
