"""The running site under messages nobody meant to send. The long form is `make fuzz`."""

from __future__ import annotations

import json
import time
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from autobahn.exception import Disconnected
from websockets.asyncio.client import connect
from websockets.typing import Origin

from proctoring.live.candidate import CandidateConsumer
from proctoring.live.proctor import WallConsumer
from proctoring.live.wire import pack_frame
from tests.fuzz import sockets
from tests.fuzz.guard import Progress
from tests.fuzz.runs import Place, Run
from tests.server import Site


@pytest.fixture(scope="module")
def told(site: Site) -> dict[str, Any]:
    answer: dict[str, Any] = site.ask(sockets.PREPARE)
    return answer


async def test_whatever_a_page_says_is_answered_or_closed_with_a_code(
    site: Site, told: dict[str, Any], tmp_path: Path
) -> None:
    done = Run("sockets", "", 120, progress=Progress())
    await sockets.talk(site, told, done, Place(tmp_path, tmp_path, 120, seed=1, minutes=0), Random(1))
    assert [path.with_suffix(".txt").read_text() for path in done.findings] == []
    assert done.progress.taken > 30


async def test_who_leaves_before_the_answer_is_no_error(site: Site, told: dict[str, Any]) -> None:
    before = len(site.log.read_text())
    for session, cookie in told["sessions"][:12]:
        now = time.time() * 1000
        signals = [{"id": str(uuid4()), "kind": "hidden", "time_ms": now} for _ in range(20)]
        address = f"ws://127.0.0.1:{site.port}/ws/candidate/{session}/"
        socket = await connect(address, origin=Origin(site.url), additional_headers={"Cookie": cookie}, proxy=None)
        for signal in signals:
            await socket.send(json.dumps({"type": "signals", "sent_ms": now, "signals": [signal]}))
        socket.transport.abort()
    time.sleep(1)  # noqa: ASYNC251  (for the site to notice)
    assert sockets.BAD.findall(site.log.read_text()[before:]) == []


def test_a_kept_conversation_is_held_again_in_another_session() -> None:
    first, other = uuid4(), uuid4()
    frame = pack_frame(first, 1, 2.0, b"jpeg")
    said = sockets.Talk(f"/ws/candidate/{first}/", "c", ("{", frame, b"PR"))
    again = sockets.again(said.as_json(), str(other), "d")
    assert again == sockets.Talk(f"/ws/candidate/{other}/", "d", ("{", pack_frame(other, 1, 2.0, b"jpeg"), b"PR"))


@pytest.mark.parametrize(("consumer", "say"), [(CandidateConsumer, "tell"), (WallConsumer, "_tell")])
async def test_what_is_said_to_a_page_that_has_just_left_is_lost_without_an_error(consumer: Any, say: str) -> None:
    async def gone(message: object) -> None:
        raise Disconnected("Attempt to send on a closed protocol")

    one = consumer()
    one.base_send = gone
    await getattr(one, say)({"type": "pong"})
