"""Says every few seconds that this process serves candidates; what happens after a silence: ``exams.services.outages``.

It beats as long as the event loop that answers people turns and the database takes a row: when either stops, candidates
are losing time, whatever the process itself may think.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import Error, close_old_connections, connection

from exams.services import outages

logger = logging.getLogger(__name__)

BEATS = 3  # in the time that makes a silence an outage: one or two may get lost

_writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="heartbeat")  # nobody else's work delays a beat


def beat() -> None:
    close_old_connections()
    try:
        outages.beat()
    except Error:
        logger.warning("No heartbeat could be written; candidates get this time back.", exc_info=True)
        connection.close()


async def keep() -> None:
    """Until it is cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        await loop.run_in_executor(_writer, beat)
        await asyncio.sleep(settings.PROCTOR_OUTAGE_SECONDS / BEATS)
