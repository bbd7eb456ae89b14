"""Reading from the database off the event loop, and off the one thread that all of Django's async code shares."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections

Result = TypeVar("Result")

_readers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="live-reader")


async def read(function: Callable[[], Result]) -> Result:
    """What ``function`` returns or raises, run in a thread with a database connection of its own."""

    def run() -> Result:
        close_old_connections()
        try:
            return function()
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_readers, run)
