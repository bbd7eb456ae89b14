"""HTTP/1.1 as a browser keeps it: one connection that stays open. Small, since it shares the cores with the server."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

MAX_HEAD = 64 * 1024


class BadAnswer(Exception):
    """What came back is no HTTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """Opens when it is needed. ``reopened`` counts how often the server had closed it between two requests."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.reopened = 0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def request(
        self, method: str, target: str, *, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Raises OSError or BadAnswer. What is asked again on a new connection had not been answered by one byte."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.host}:{self.port}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        message = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        if self._writer is not None:
            try:
                return await self._exchange(message)
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                await self.close()
                if isinstance(error, asyncio.IncompleteReadError) and error.partial:
                    raise BadAnswer("The answer was cut off.") from error
                self.reopened += 1
        self._reader, self._writer = await asyncio.open_connection(self.host, self.port, limit=MAX_HEAD)
        try:
            return await self._exchange(message)
        except asyncio.IncompleteReadError as error:
            await self.close()
            raise BadAnswer("The server closed the connection.") from error

    def cut(self) -> None:
        """As when a network goes away."""
        if self._writer is not None:
            self._writer.transport.abort()

    async def close(self) -> None:
        writer, self._reader, self._writer = self._writer, None, None
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):  # the other side may have closed it in its own way
                await writer.wait_closed()

    async def _exchange(self, message: bytes) -> Answer:
        assert self._reader is not None
        assert self._writer is not None
        self._writer.write(message)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        try:
            status = int(head[0].split(" ", 2)[1])
            pairs = [line.split(":", 1) for line in head[1:] if line]
            headers = {name.strip().lower(): value.strip() for name, value in pairs}
        except (IndexError, ValueError) as error:
            raise BadAnswer(f"The answer begins with “{head[0][:80]}”.") from error
        body = await self._body(headers)
        if headers.get("connection", "").lower() == "close":
            await self.close()
        return Answer(status, headers, body)

    async def _body(self, headers: dict[str, str]) -> bytes:
        assert self._reader is not None
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return await self._reader.readexactly(int(headers.get("content-length", 0)))
        parts = []
        while size := int(await self._reader.readline(), 16):
            parts.append(await self._reader.readexactly(size))
            await self._reader.readline()
        await self._reader.readline()
        return b"".join(parts)
