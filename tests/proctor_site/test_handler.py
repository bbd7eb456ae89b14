"""Requests run in a few threads, whole; the rest wait their turn."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from channels.testing import ApplicationCommunicator
from django.core.signals import request_finished, request_started
from django.http import FileResponse, HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from proctor_site.handler import Handler

THREADS = 3
ANSWER_THREADS = 6
PATIENCE = 30
files: list[BinaryIO] = []
arrived = threading.Barrier(THREADS)
saved = threading.Barrier(ANSWER_THREADS)


def together(request: HttpRequest) -> HttpResponse:
    """Answers once as many requests as there are threads are in here."""
    arrived.wait(PATIENCE)
    return HttpResponse(request.body)


def file(request: HttpRequest, length: int) -> FileResponse:
    written = Path(request.headers["Folder"]) / "file.bin"
    written.write_bytes(b"x" * length)
    files.append(written.open("rb"))
    return FileResponse(files[-1])


released = threading.Event()


def held(request: HttpRequest) -> HttpResponse:
    released.wait(PATIENCE)
    return HttpResponse(b"a page")


def kept(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body)


def kept_together(request: HttpRequest) -> HttpResponse:
    saved.wait(PATIENCE)
    return HttpResponse(request.body)


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("of the view's own making")


urlpatterns = [path("together/", together), path("file/<int:length>/", file), path("broken/", broken)]
urlpatterns += [path("held/", held), path("attempts/1/answers/", kept)]
urlpatterns += [path("attempts/2/answers/", kept_together)]


@pytest.fixture
def handler() -> Iterator[Handler]:
    numbers = {"PROCTOR_THREADS": THREADS, "PROCTOR_ANSWER_THREADS": ANSWER_THREADS}
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[], **numbers):
        yield Handler()


async def ask(handler: Handler, address: str, body: bytes = b"", **headers: str) -> tuple[int, list[bytes]]:
    """The status and the parts of the answer."""
    scope = {
        "type": "http",
        "method": "POST" if body else "GET",
        "path": address,
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    page = ApplicationCommunicator(handler, scope)
    await page.send_input({"type": "http.request", "body": body})
    status, parts, more = (await page.receive_output(PATIENCE))["status"], [], True
    while more:
        part = await page.receive_output(PATIENCE)
        parts.append(part.get("body", b""))
        more = part.get("more_body", False)
    await page.wait(PATIENCE)
    return status, parts


async def test_what_a_candidate_has_written_waits_behind_no_page(handler: Handler) -> None:
    released.clear()
    pages = [asyncio.create_task(ask(handler, "/held/")) for _ in range(THREADS + 1)]
    try:
        answer = await asyncio.wait_for(ask(handler, "/attempts/1/answers/", b"mine"), PATIENCE)
        assert not any(page.done() for page in pages)
    finally:
        released.set()
    assert answer == (200, [b"mine"])
    assert [status for status, _ in await asyncio.gather(*pages)] == [200] * len(pages)


async def test_as_many_answers_are_kept_at_once_as_there_are_threads_for_them(handler: Handler) -> None:
    answers = [ask(handler, "/attempts/2/answers/", b"42") for _ in range(ANSWER_THREADS)]
    assert await asyncio.gather(*answers) == [(200, [b"42"])] * ANSWER_THREADS


async def test_no_more_requests_are_worked_on_than_there_are_threads_and_each_in_one(handler: Handler) -> None:
    began: list[int] = []
    finished: list[int] = []

    def begin(**_: object) -> None:
        began.append(threading.get_ident())

    def finish(**_: object) -> None:
        finished.append(threading.get_ident())

    request_started.connect(begin, sender=Handler)
    request_finished.connect(finish, sender=Handler)
    bodies = [str(number).encode() for number in range(4 * THREADS)]
    answers = await asyncio.gather(*(ask(handler, "/together/", body) for body in bodies))
    assert answers == [(200, [body]) for body in bodies]
    assert len(set(began)) == THREADS
    assert sorted(began) == sorted(finished)
    assert threading.get_ident() not in began


async def test_a_file_is_sent_piece_by_piece_and_closed(handler: Handler, tmp_path: Path) -> None:
    status, parts = await ask(handler, "/file/300000/", folder=str(tmp_path))
    assert (status, b"".join(parts)) == (200, b"x" * 300_000)
    assert len(parts) > 4
    assert files[-1].closed


async def test_a_view_that_fails_is_an_answer_too(handler: Handler) -> None:
    assert (await ask(handler, "/broken/"))[0] == 500
