"""Messages between web processes over a real Redis that goes away and comes back with nothing in it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from proctor_site import channel_layer
from proctor_site.channel_layer import SteadyRedisChannelLayer
from tests.redis import RedisServer, running_redis

PATIENCE = 15.0


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
async def layers(server: RedisServer) -> AsyncIterator[list[SteadyRedisChannelLayer]]:
    """Of two processes."""
    layers = [SteadyRedisChannelLayer(hosts=[server.url()]) for _ in range(2)]
    yield layers
    for layer in layers:
        await layer.close_pools()


async def test_who_waits_outlives_redis_and_is_in_its_groups_again(
    layers: list[SteadyRedisChannelLayer], server: RedisServer
) -> None:
    here, there = layers
    first, second = await here.new_channel(), await here.new_channel()
    await here.group_add("exam", first)
    waiting = [asyncio.create_task(here.receive(channel)) for channel in (first, second)]
    await asyncio.sleep(0.2)
    server.kill()
    await there.group_send("exam", {"type": "lost"})
    await here.group_add("exam", second)
    await asyncio.sleep(1.5)
    assert not any(task.done() for task in waiting)
    server.start()

    async def told() -> None:
        while not all(task.done() for task in waiting):
            await there.group_send("exam", {"type": "back"})
            await asyncio.sleep(0.2)

    await asyncio.wait_for(told(), PATIENCE)
    assert [task.result()["type"] for task in waiting] == ["back", "back"]


async def test_who_left_is_not_joined_again(layers: list[SteadyRedisChannelLayer], server: RedisServer) -> None:
    here, there = layers
    channel = await here.new_channel()
    await here.group_add("exam", channel)
    await here.group_add("other", channel)
    waiting = asyncio.create_task(here.receive(channel))
    await asyncio.sleep(0.2)
    server.kill()
    await here.group_discard("exam", channel)
    server.start()

    async def told() -> None:
        while not waiting.done():
            await there.group_send("exam", {"type": "exam"})
            await there.group_send("other", {"type": "other"})
            await asyncio.sleep(0.2)

    await asyncio.wait_for(told(), PATIENCE)
    assert waiting.result()["type"] == "other"


async def test_a_process_nobody_tells_anything_misses_redis_not(
    layers: list[SteadyRedisChannelLayer], caplog: pytest.LogCaptureFixture
) -> None:
    here, there = layers
    channel = await here.new_channel()
    with caplog.at_level(logging.WARNING, logger=channel_layer.__name__):
        waiting = asyncio.create_task(here.receive(channel))
        await asyncio.sleep(5.5)  # the client's own patience is 5 s
        await there.send(channel, {"type": "told"})
        assert await asyncio.wait_for(waiting, PATIENCE) == {"type": "told"}
    assert caplog.messages == []


async def test_a_busy_second_fits(layers: list[SteadyRedisChannelLayer]) -> None:
    here, there = layers
    channel = await here.new_channel()
    await here.group_add("wall", channel)
    for number in range(500):
        await there.group_send("wall", {"type": "session", "number": number})
    assert [(await here.receive(channel))["number"] for _ in range(500)] == list(range(500))


async def test_what_comes_for_who_has_left_is_not_kept(
    layers: list[SteadyRedisChannelLayer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_layer, "LATE_SECONDS", 0.5)
    here, there = layers
    gone, stays = await here.new_channel(), await here.new_channel()
    listening = asyncio.create_task(here.receive(stays))  # it takes out what comes for the whole process
    here.forget(gone)
    await there.send(gone, {"type": "late"})
    await asyncio.sleep(0.2)
    assert gone in here.receive_buffer
    await asyncio.sleep(0.5)
    assert gone not in here.receive_buffer
    await there.send(stays, {"type": "told"})
    assert await asyncio.wait_for(listening, PATIENCE) == {"type": "told"}
