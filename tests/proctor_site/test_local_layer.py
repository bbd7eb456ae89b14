"""Messages within one process: to everybody in a group, and nothing is kept for who has gone."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from proctor_site.local_layer import LocalChannelLayer


async def listen(layer: LocalChannelLayer) -> tuple[str, asyncio.Task[dict[str, Any]]]:
    channel = await layer.new_channel()
    task = asyncio.create_task(layer.receive(channel))
    await asyncio.sleep(0)  # it begins
    return channel, task


async def stop(task: asyncio.Task[dict[str, Any]]) -> None:
    """As Channels stops a consumer."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_everybody_in_a_group_gets_a_message_of_their_own() -> None:
    layer = LocalChannelLayer()
    (first, here), (second, there) = await listen(layer), await listen(layer)
    for channel in (first, second):
        await layer.group_add("exam", channel)
    await layer.group_send("exam", {"type": "told", "to": []})
    (await here)["to"].append("changed")
    assert await there == {"type": "told", "to": []}


async def test_who_has_left_a_group_hears_no_more_of_it() -> None:
    layer = LocalChannelLayer()
    channel, task = await listen(layer)
    await layer.group_add("exam", channel)
    await layer.group_discard("exam", channel)
    await layer.group_send("exam", {"type": "told"})
    await asyncio.sleep(0)
    assert not task.done()
    await stop(task)


async def test_nothing_is_left_of_who_ends_without_leaving_or_of_what_is_sent_to_them() -> None:
    layer = LocalChannelLayer()
    channel, task = await listen(layer)
    await layer.group_add("exam", channel)
    await layer.group_add("wall", channel)
    await layer.group_send("exam", {"type": "told"})
    await task
    await layer.group_send("exam", {"type": "waits"})  # nobody listens at this moment
    layer.forget(channel)
    await layer.group_send("wall", {"type": "late"})
    await layer.send(channel, {"type": "late"})
    assert (layer.channels, layer.groups) == ({}, {})


async def test_a_listener_that_is_cancelled_is_forgotten() -> None:
    layer = LocalChannelLayer()
    channel, task = await listen(layer)
    await layer.group_add("exam", channel)
    await stop(task)
    assert (layer.channels, layer.groups) == ({}, {})


async def test_who_is_slow_loses_the_newest_and_nobody_else_does() -> None:
    layer = LocalChannelLayer(capacity=2)
    (slow, first), (quick, task) = await listen(layer), await listen(layer)
    for channel in (slow, quick):
        await layer.group_add("exam", channel)
    for number in range(4):
        await layer.group_send("exam", {"type": "told", "number": number})
        assert (await task)["number"] == number
        task = asyncio.create_task(layer.receive(quick))
        await asyncio.sleep(0)
    heard = [(await first)["number"]]
    heard += [(await layer.receive(slow))["number"] for _ in range(layer.channels[slow].qsize())]
    assert heard == [0, 1, 2]
    await stop(task)
