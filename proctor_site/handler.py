"""Pages and API calls: every request runs in one of a few threads, from its first middleware to its last query.

Django's own handler for ASGI starts a thread for each request, which finds no database connection open, and goes back
and forth between it and the event loop for every middleware. All views here are plain functions. Run as a WSGI server
would run them they cost about half, and since more requests than threads wait in line, the database never meets more
connections than there are threads.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import FileResponse
from django.urls import set_script_prefix


def saves_an_answer(scope: Any) -> bool:
    return bool(scope["method"] == "POST" and scope["path"].endswith("/answers/"))


class Handler(ASGIHandler):
    """A request whose client goes away meanwhile is answered to the end: a thread cannot be called back.

    Answers have threads of their own, so that what candidates have written never waits behind pages: when a whole class
    begins at once, the pages of those who come wait a little longer, and answers are kept at once.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(settings.PROCTOR_THREADS, thread_name_prefix="request")
        self._for_answers = ThreadPoolExecutor(settings.PROCTOR_ANSWER_THREADS, thread_name_prefix="answer")
        super().__init__()

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        threads = self._for_answers if saves_an_answer(scope) else self._threads
        response = await self.in_thread(self.answer, scope, body, threads=threads)
        if response.streaming and not response.is_async:
            response.streaming_content = self.chunks(iter(response.streaming_content))
        try:
            await self.send_response(response, send)
        finally:
            if response.streaming:
                await self.in_thread(response.close)

    async def in_thread(
        self, function: Callable[..., Any], *args: Any, threads: ThreadPoolExecutor | None = None
    ) -> Any:
        executor = threads or self._threads
        return await sync_to_async(function, thread_sensitive=False, executor=executor)(*args)

    async def chunks(self, iterator: Iterator[bytes]) -> AsyncIterator[bytes]:
        """One after another as they are sent; Django's own way reads the whole file first."""
        while (chunk := await self.in_thread(next, iterator, None)) is not None:
            yield chunk

    def answer(self, scope: Any, body: Any) -> Any:
        """The response. ``body``: a file, closed with it. What is all in memory is closed here: it needs neither the
        request nor the database any more."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = refusal if request is None else self.get_response(request)
        response._handler_class = type(self)
        response._resource_closers.append(body.close)
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if not response.streaming:
            response.close()
        return response
