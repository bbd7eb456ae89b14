"""Telling open pages, a candidate's and the proctors', through the channel layer, what happened to a session."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

logger = logging.getLogger(__name__)

_serving_loop: asyncio.AbstractEventLoop | None = None


def serve_from(loop: asyncio.AbstractEventLoop) -> None:
    """Consumers name the event loop they live in.

    The in-memory channel layer is not safe across threads: a message put in from another thread's loop lies there
    until something else wakes the consumer. So messages are always sent from the consumers' own loop.
    """
    global _serving_loop
    _serving_loop = loop


def candidate_group(session_id: UUID | str) -> str:
    return f"session.{session_id}.candidate"


def wall_group(exam_id: int) -> str:
    """The pages on which all candidates of an exam are watched."""
    return f"exam.{exam_id}.wall"


def page_group(session_id: UUID | str) -> str:
    """The pages on which staff look at one session."""
    return f"session.{session_id}.page"


def candidate_after_commit(session_id: UUID, message: dict[str, Any]) -> None:
    """Send once the transaction is through; a message that cannot be sent never undoes what was written."""
    transaction.on_commit(partial(send, candidate_group(session_id), message))


def wall_after_commit(exam_id: int, payload: dict[str, Any]) -> None:
    transaction.on_commit(partial(send, wall_group(exam_id), {"type": "to.page", "payload": payload}))


def page_after_commit(session_id: UUID | str, payload: dict[str, Any]) -> None:
    transaction.on_commit(partial(send, page_group(session_id), {"type": "to.page", "payload": payload}))


def send(group: str, message: dict[str, Any]) -> None:
    loop = _serving_loop
    if loop is not None and loop.is_running():
        asyncio.run_coroutine_threadsafe(_send(group, message), loop)
    else:
        async_to_sync(_send)(group, message)


async def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    assert layer is not None
    try:
        await layer.group_send(group, message)
    except Exception:  # whatever the layer's client raises: the page learns it at its next message instead
        logger.exception("The page of %s could not be told of “%s”.", group, message["type"])
