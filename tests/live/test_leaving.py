"""However a connection ends, nothing of it stays behind in this process."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from daphne.ws_protocol import WebSocketProtocol

from proctoring.live import presence
from proctoring.live.holdings import holdings
from proctoring.live.server import Protocol
from proctoring.models import Session
from tests.live.conftest import Sitting
from tests.live.pages import CandidatePage, Page
from tests.live.waiting import until

OF_CONNECTIONS = ("candidates", "channels", "groups", "members", "looked_at")


def held() -> dict[str, int]:
    return {what: holdings()[what] for what in OF_CONNECTIONS}


async def kill(page: Page) -> None:
    """As Daphne does with what has not ended ten seconds after its connection."""
    page.socket.future.cancel()
    with suppress(asyncio.CancelledError):
        await page.socket.future


async def test_who_is_connected_is_counted(sitting: Sitting) -> None:
    before = held()
    candidate = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    wall = await Page(f"/ws/proctor/exams/{sitting.exam.pk}/", user=sitting.people.proctor).open()
    await wall.expect("sessions")
    await until(lambda: held() == {"candidates": 1, "channels": 2, "groups": 3, "members": 3, "looked_at": 0}, 10)
    await candidate.leave()
    await wall.leave()
    assert held() == before == dict.fromkeys(OF_CONNECTIONS, 0)


async def test_a_candidate_whose_connection_is_killed_is_gone(sitting: Sitting) -> None:
    candidate = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    await kill(candidate)
    assert presence.connected == {}
    assert held() == dict.fromkeys(OF_CONNECTIONS, 0)
    assert not (await Session.objects.aget(pk=sitting.session.pk)).connected


async def test_a_wall_whose_connection_is_killed_says_no_longer_that_it_is_open(sitting: Sitting) -> None:
    wall = await Page(f"/ws/proctor/exams/{sitting.exam.pk}/", user=sitting.people.proctor).open()
    await wall.expect("sessions")
    tasks = len(asyncio.all_tasks())
    await kill(wall)
    await asyncio.sleep(0)  # its announcer ends as well
    assert len(asyncio.all_tasks()) <= tasks - 2
    assert held() == dict.fromkeys(OF_CONNECTIONS, 0)


def test_what_is_said_to_who_is_just_leaving_is_lost_and_no_fault() -> None:
    line = Protocol()
    for state in (WebSocketProtocol.STATE_CLOSING, WebSocketProtocol.STATE_CLOSED):
        line.state = state
        line.serverSend("too late")
