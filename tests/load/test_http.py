"""The load's HTTP client against a socket that answers as servers do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from proctoring.load.http import BadAnswer, Connection

Served = Callable[[bytes], bytes | None]


@asynccontextmanager
async def serving(answer: Served) -> AsyncIterator[tuple[Connection, list[int]]]:
    """A connection to a server that answers each request, or closes instead; and how many requests each connection
    to it brought."""
    brought: list[int] = []
    handling: list[asyncio.Future[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handling.append(asyncio.get_running_loop().create_future())
        over = handling[-1]
        brought.append(0)
        place = len(brought) - 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                brought[place] += 1
                answered = answer(head + await reader.readexactly(length))
                if answered is None:
                    break
                writer.write(answered)
        except asyncio.IncompleteReadError:
            pass
        writer.close()
        await writer.wait_closed()
        over.set_result(None)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    connection = Connection("127.0.0.1", server.sockets[0].getsockname()[1])
    try:
        yield connection, brought
    finally:
        await connection.close()
        await asyncio.gather(*handling)
        server.close()


async def test_one_connection_brings_many_requests() -> None:
    async with serving(lambda asked: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi") as (connection, brought):
        answers = [await connection.request("GET", "/") for _ in range(3)]
    assert [(answer.status, answer.body) for answer in answers] == [(200, b"hi")] * 3
    assert brought == [3]


async def test_headers_and_bodies_go_and_chunks_come() -> None:
    asked: list[bytes] = []

    def answer(request: bytes) -> bytes:
        asked.append(request)
        return b"HTTP/1.1 201 Created\r\nX-Y: a:b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"

    async with serving(answer) as (connection, _):
        found = await connection.request("POST", "/x", headers={"Cookie": "a=b"}, body=b"{}")
        again = await connection.request("GET", "/")
    assert (found.status, found.headers["x-y"], found.body, again.body) == (201, "a:b", b"abcd", b"abcd")
    assert asked[0].startswith(b"POST /x HTTP/1.1\r\n")
    assert b"Cookie: a=b\r\n" in asked[0]
    assert asked[0].endswith(b"\r\n\r\n{}")


async def test_a_connection_closed_between_two_requests_is_opened_again() -> None:
    answers = iter(
        [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", None, b"HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n"]
    )
    async with serving(lambda asked: next(answers)) as (connection, brought):
        await connection.request("GET", "/")
        assert (await connection.request("GET", "/")).status == 204
    assert (brought, connection.reopened) == ([2, 1], 1)


@pytest.mark.parametrize("answer", [None, b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 twohundred OK\r\n\r\n"])
async def test_what_is_no_answer_is_told(answer: bytes | None) -> None:
    async with serving(lambda asked: answer) as (connection, _):
        with pytest.raises(BadAnswer):
            await connection.request("GET", "/")
