"""`manage.py serve` as people run it: Daphne, real sockets, and an end in good order."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from proctoring.live.limits import BURST
from proctoring.live.wire import pack_frame
from tests.live.pictures import clutter
from tests.live.waiting import until
from tests.server import Site, running_site

BEGIN = """
from django.test import Client
from exams.models import Exam, User
from proctoring import consent, services
candidate, exam = User.objects.get(username="candidate1"), Exam.objects.earliest("pk")
consent.give(candidate, exam)
session = services.begin_session(candidate=candidate, exam=exam, kind="exam")
cookies = {}
for name in ("candidate1", "admin"):
    client = Client()
    client.force_login(User.objects.get(username=name))
    cookies[name] = client.cookies["sessionid"].value
answer = {"session": session.pk, "cookies": cookies}
"""
STORED = """
from proctoring.models import Session
session = Session.objects.get()
answer = {
    "connected": session.connected, "seen": session.last_frame_at is not None, "counters": session.counters,
    "events": list(session.events.values_list("name", flat=True)),
}
"""
ENDING = """
from datetime import timedelta
from exams.models import Attempt, Heartbeat
last = Heartbeat.objects.get().alive_at
Attempt.objects.update(started_at=last - timedelta(minutes=59), deadline=last + timedelta(seconds=1))
answer = Attempt.objects.get().deadline.timestamp()
"""
TIME = """
from exams.models import Attempt, Outage
attempt, outages = Attempt.objects.get(), Outage.objects.filter(attempts_credited=1)
deadline = attempt.deadline.timestamp()
answer = {
    "deadline": deadline,
    "outages": [(outage.ended_at - outage.began_at).total_seconds() for outage in outages],
    "changes": list(attempt.time_changes.values_list("kind", flat=True)),
    "ended_early": attempt.submitted_at is not None and attempt.submitted_at.timestamp() < deadline,
}
"""


@dataclass(frozen=True, slots=True)
class Room:
    site: Site
    session_id: UUID
    cookies: dict[str, str]

    def open(self, *, origin: str = "") -> connect:
        return connect(
            f"{self.site.url.replace('http', 'ws')}/ws/candidate/{self.session_id}/",
            origin=Origin(origin or self.site.url),
            additional_headers={"Cookie": f"sessionid={self.cookies['candidate1']}"},
            compression=None,
            proxy=None,
            open_timeout=30,
        )

    def frame(self, sequence: int, jpeg: bytes) -> bytes:
        return pack_frame(self.session_id, sequence, time.time() * 1000, jpeg)

    def get(self, path: str, user: str) -> bytes:
        request = urllib.request.Request(self.site.url + path, headers={"Cookie": f"sessionid={self.cookies[user]}"})
        with urllib.request.urlopen(request, timeout=30) as response:
            return bytes(response.read())


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with running_site(extra={"PROCTOR_WORKERS": "1", "PROCTOR_OUTAGE_SECONDS": "2"}) as site:
        begun = site.ask(BEGIN)
        yield Room(site, UUID(begun["session"]), begun["cookies"])


async def message(socket: ClientConnection, kind: str) -> dict[str, object]:
    while True:
        received = json.loads(await asyncio.wait_for(socket.recv(), 30))
        if received["type"] == kind:
            return dict(received)


async def closed(socket: ClientConnection) -> int | None:
    try:
        while True:
            await asyncio.wait_for(socket.recv(), 30)
    except ConnectionClosed as error:
        return error.rcvd.code if error.rcvd else None


async def test_a_foreign_page_gets_403_at_the_handshake(room: Room) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with room.open(origin="https://evil.example"):
            raise AssertionError("The handshake was accepted.")
    assert refused.value.response.status_code == 403


async def test_a_frame_is_judged(room: Room) -> None:
    async with room.open() as socket:
        last = (await message(socket, "welcome"))["last_seq"]
        assert isinstance(last, int)
        await socket.send(room.frame(last + 1, clutter()))
        verdict = await message(socket, "verdict")
    assert (verdict["analysed"], verdict["faces"]) == (True, 0)


@pytest.mark.parametrize(("size", "code"), [(300 * 1024, 4413), (2 * 1024 * 1024, 1009)])
async def test_an_oversize_message_closes_the_socket_with_a_code(room: Room, size: int, code: int) -> None:
    async with room.open() as socket:
        await message(socket, "welcome")
        await socket.send(bytes(size))
        assert await closed(socket) == code


async def test_a_flood_closes_the_socket_and_the_server_goes_on(room: Room) -> None:
    async with room.open() as socket:
        await message(socket, "welcome")
        for number in range(BURST * 3):
            await socket.send(json.dumps({"type": "ping", "t": number}))
        assert await closed(socket) == 4429
    async with room.open() as socket:
        await message(socket, "welcome")


def test_figures_are_for_superusers_only(room: Room) -> None:
    figures = json.loads(room.get("/internal/metrics/", "admin"))
    assert figures["counters"]["frames_analysed"] >= 1
    assert figures["workers"][0]["state"] == "ready"
    with pytest.raises(urllib.error.HTTPError) as refused:
        room.get("/internal/metrics/", "candidate1")
    assert refused.value.code == 404
    refused.value.close()


def keep_asking(room: Room, over: threading.Event) -> None:
    """One request after another, so that some are being answered whenever the server is told to stop."""
    while not over.is_set():
        try:
            room.get("/", "candidate1")
        except (OSError, http.client.HTTPException):  # it is going down
            return


async def test_the_server_ends_in_good_order_while_pages_are_asked_for(room: Room) -> None:
    over = threading.Event()
    askers = [threading.Thread(target=keep_asking, args=(room, over)) for _ in range(8)]
    for asker in askers:
        asker.start()
    try:
        await end_in_good_order(room)
    finally:
        over.set()
        for asker in askers:
            await asyncio.to_thread(asker.join)


async def test_after_a_crash_nobody_is_shown_as_connected_and_its_time_is_given_back(room: Room) -> None:
    """The exam's time is up while the server is gone; nobody is told so when it is back."""
    room.site.stop()
    with room.site:
        async with room.open() as socket:
            await message(socket, "welcome")
            process = room.site.process
            assert process is not None
            process.kill()
            process.wait()
    deadline = room.site.ask(ENDING)  # only now: however slow this machine is, it falls into the time without a server
    assert room.site.ask(STORED)["connected"] is True
    await asyncio.sleep(2)
    with room.site:
        assert room.site.ask(STORED)["connected"] is False
        time = room.site.ask(TIME)
    assert max(time["outages"]) > 2
    assert time["deadline"] - deadline == pytest.approx(sum(time["outages"]))
    assert set(time["changes"]) == {"outage"}
    assert not time["ended_early"]


async def end_in_good_order(room: Room) -> None:
    async with room.open() as socket:
        last = (await message(socket, "welcome"))["last_seq"]
        assert isinstance(last, int)
        await socket.send(room.frame(last + 1, clutter()))
        await message(socket, "verdict")
        process = room.site.process
        assert process is not None
        process.send_signal(signal.SIGTERM)
        assert await closed(socket) == 1012
        await until(lambda: process.poll() is not None, 20.0)
    assert process.returncode == 0
    assert "Stopped." in room.site.log_tail()
    assert "Traceback" not in room.site.log.read_text()
    stored = room.site.ask(STORED)
    assert (stored["connected"], stored["seen"]) == (False, True)
    assert stored["counters"]["floods"] == 1
    assert stored["counters"]["rejected_too_large"] == 2
    assert "FLOOD" in stored["events"]
