from __future__ import annotations

import asyncio
import threading
import uuid

from channels.layers import get_channel_layer
from pytest_django import Settings

from proctoring.services import tell


async def test_a_message_from_another_thread_wakes_a_waiting_page_at_once() -> None:
    layer = get_channel_layer()
    assert layer is not None
    group = tell.candidate_group(uuid.uuid4())
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    tell.serve_from(asyncio.get_running_loop())
    waiting = asyncio.create_task(layer.receive(channel))
    loop = asyncio.get_running_loop()
    began = loop.time()
    # Late enough that the loop is asleep by then; nothing else would wake it before the time-out.
    threading.Timer(0.2, tell.send, args=(group, {"type": "session.ended"})).start()
    assert await asyncio.wait_for(waiting, timeout=20) == {"type": "session.ended"}
    assert loop.time() - began < 10


def test_a_layer_that_is_away_undoes_nothing(settings: Settings) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "tests.services.test_tell.BrokenLayer"}}
    tell.send("session.x.candidate", {"type": "session.ended"})


class BrokenLayer:
    """A layer whose server does not answer."""

    async def group_send(self, group: str, message: dict[str, str]) -> None:
        raise ConnectionError("no answer")
