"""An exam replayed on several web processes at once, and what must hold of it. Run with the settings of the site.

Every candidate is connected to one web process; proctors look, pictures are fetched and the exam is handed in at
another.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import django
from websockets.asyncio.client import connect
from websockets.typing import Origin

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proctor_site.settings")
django.setup()

from exams.models import Exam, Outage, User  # noqa: E402  (needs the app registry)
from proctoring import services  # noqa: E402
from proctoring.bench.load import Seat  # noqa: E402
from proctoring.bench.material import load_show  # noqa: E402
from proctoring.bench.people import seated  # noqa: E402
from proctoring.models import Event, Export, Session  # noqa: E402
from proctoring.replay.client import CandidateClient, Refused, ServerUnreachable  # noqa: E402
from proctoring.replay.finish import finish  # noqa: E402
from proctoring.replay.people import DEMO_EXAM  # noqa: E402
from proctoring.replay.signin import signed_in  # noqa: E402
from proctoring.risk.calibration import Calibration  # noqa: E402
from tests.data import data_path  # noqa: E402

INTERVAL = 0.5
ALONE, TOGETHER = "head_turns", "two_people"
PATIENCE = 60.0
NEUTRAL = Calibration(0.0, 0.0, 0.5, 0.5, 0.3, 5.0, 5.0, 0.02, 0.05, 0.05, 20)
LEAST_ANALYSED = 0.9  # of all frames that were answered


class Wrong(Exception):
    """Something does not hold; the message says what."""


@dataclass(slots=True)
class Candidate:
    seat: Seat
    address: str
    other: str
    comes_back: bool = True
    started: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    analysed: int = 0
    not_analysed: list[str] = field(default_factory=list)

    async def sit(self) -> None:
        """Until ``over``; goes on at the other address where this one goes away, as behind a proxy."""
        while not self.over.is_set():
            try:
                await self._sit()
            except (Refused, ServerUnreachable):
                if not self.comes_back:
                    return
                self.address = self.other
                await asyncio.sleep(0.5)

    async def _sit(self) -> None:
        async with CandidateClient(
            url=self.address, session_id=self.seat.session_id, cookie=self.seat.cookie
        ) as client:
            await client.send({"type": "start"})
            await client.expect("started")
            if not self.started.is_set():
                await self._leave_the_page(client)
            self.started.set()
            shown = 0
            while not self.over.is_set():
                due = time.monotonic() + INTERVAL
                jpeg = self.seat.show.jpegs[shown % len(self.seat.show.jpegs)]
                self._note(await client.frame(jpeg, capture_ms=time.time() * 1000))
                shown += 1
                await asyncio.sleep(max(0.0, due - time.monotonic()))
            await asyncio.to_thread(finish, url=self.other, session_id=self.seat.session_id, cookie=self.seat.cookie)
            await client.expect("ended")

    async def _leave_the_page(self, client: CandidateClient) -> None:
        now = time.time() * 1000
        signals = [{"id": str(uuid4()), "kind": kind, "time_ms": now} for kind in ("hidden", "visible")]
        await client.send({"type": "signals", "sent_ms": now, "signals": signals})
        await client.expect("signal_ack")

    def _note(self, answer: dict[str, Any]) -> None:
        if answer["type"] == "verdict" and answer["analysed"]:
            self.analysed += 1
        else:
            self.not_analysed.append(str(answer.get("reason") or answer.get("code")))


@dataclass(slots=True)
class Wall:
    """A proctor's page at one address: what it was told last of each session."""

    exam_id: int
    address: str
    cookie: str
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def watch(self) -> None:
        host = self.address.removeprefix("http://")
        headers = {"Cookie": self.cookie}
        url = f"ws://{host}/ws/proctor/exams/{self.exam_id}/"
        with suppress(OSError):
            async with connect(url, origin=Origin(self.address), additional_headers=headers, proxy=None) as socket:
                async for data in socket:
                    message = json.loads(data)
                    for each in message.get("sessions", []) + (
                        [message["session"]] if message["type"] == "session" else []
                    ):
                        self.shown[each["id"]] = each

    def sees(self, session_id: UUID) -> bool:
        """Live, with pictures coming: only the process that holds the candidate can have said so."""
        one = self.shown.get(str(session_id), {})
        return one.get("connection") == "live" and one.get("fps", 0) > 0

    async def until_it_sees(self, sessions: list[UUID]) -> None:
        await until(
            lambda: all(map(self.sees, sessions)),
            lambda: f"The wall at {self.address} does not see everybody: {self.shown}",
        )

    def lost(self, session_id: UUID) -> bool:
        return self.shown.get(str(session_id), {}).get("connection") == "lost"


async def until(true: Callable[[], bool], otherwise: Callable[[], str], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise Wrong(otherwise())
        await asyncio.sleep(0.1)


async def hold(candidates: list[Candidate], walls: list[Wall], options: argparse.Namespace) -> None:
    sitting = [asyncio.create_task(each.sit()) for each in candidates]
    watching = [asyncio.create_task(each.watch()) for each in walls]
    try:
        await asyncio.wait_for(asyncio.gather(*(each.started.wait() for each in candidates)), PATIENCE)
        began = time.monotonic()
        say(f"{len(candidates)} candidates are connected to {len(walls)} web processes")
        for wall in walls:
            await wall.until_it_sees([each.seat.session_id for each in candidates])
        say("The wall of each web process sees everybody live")
        await asyncio.gather(*(fetch_elsewhere(each, walls[0].cookie) for each in candidates))
        say("Every live picture is fetched from the process that its candidate is not connected to")
        await asyncio.sleep(max(0.0, options.seconds - (time.monotonic() - began)))
        if options.kill:
            await lose(options.kill, candidates, walls)
        for each in candidates:
            each.over.set()
        await asyncio.wait_for(asyncio.gather(*sitting), PATIENCE)
        say("Everybody has handed in, at the process they were not connected to")
    finally:
        for task in (*sitting, *watching):
            task.cancel()
        await asyncio.gather(*sitting, *watching, return_exceptions=True)


async def fetch_elsewhere(candidate: Candidate, cookie: str) -> None:
    url = f"{candidate.other}/sessions/{candidate.seat.session_id}/frame.jpg"
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            jpeg = await asyncio.to_thread(get, url, cookie)
        except OSError as error:
            if time.monotonic() > deadline:
                raise Wrong(f"No live picture at {url}: {error}") from error
            await asyncio.sleep(0.5)
        else:
            if jpeg not in candidate.seat.show.jpegs:
                raise Wrong(f"{url} shows another picture than the one sent.")
            return


def get(url: str, cookie: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Cookie": cookie}), timeout=20) as answer:
        return bytes(answer.read())


async def lose(pid: int, candidates: list[Candidate], walls: list[Wall]) -> None:
    """A web process is killed. Its candidates go on at the other, but one: the other's wall shows that one as lost."""
    staying, lost_wall = walls[0], walls[1]
    moving = [each for each in candidates if each.address == lost_wall.address]
    missing = moving[0]
    missing.comes_back = False
    before = {id(each): each.analysed for each in moving}
    for each in candidates:
        each.other = staying.address
    os.killpg(pid, signal.SIGKILL)
    killed = time.monotonic()
    await until(
        lambda: all(each.analysed > before[id(each)] for each in moving if each.comes_back),
        lambda: "Not everybody is watched again by the web process that is left.",
    )
    say(f"A web process was killed; all {len(moving) - 1} go on at the other after {time.monotonic() - killed:.1f} s")
    await until(
        lambda: staying.lost(missing.seat.session_id),
        lambda: f"Who did not come back is not shown as lost: {staying.shown[str(missing.seat.session_id)]}",
        90,
    )
    say(f"Who did not come back is shown as lost after {time.monotonic() - killed:.0f} s")


def check(candidates: list[Candidate], exam: Exam, admin: User, cookie: str) -> None:
    for each in candidates:
        answered = each.analysed + len(each.not_analysed)
        if each.analysed < LEAST_ANALYSED * answered or not each.analysed:
            raise Wrong(
                f"Of {answered} frames of {each.seat.session_id} {each.analysed} were analysed: {each.not_analysed}"
            )
    sessions = Session.objects.filter(pk__in=[each.seat.session_id for each in candidates])
    events: dict[UUID, set[str]] = {session.pk: set() for session in sessions}
    for pk, name in Event.objects.filter(session__in=sessions).values_list("session", "name"):
        events[pk].add(name)
    for each in candidates:
        wanted = {"TAB_SWITCH"} | ({"MULTIPLE_FACES"} if each.seat.show.name == TOGETHER else set())
        if not wanted <= events[each.seat.session_id]:
            raise Wrong(f"{each.seat.session_id} lacks {wanted - events[each.seat.session_id]}.")
    pictures = Event.objects.filter(session__in=sessions).exclude(snapshot="").count()
    if not pictures:
        raise Wrong("No event has a picture.")
    if Outage.objects.exists():
        raise Wrong("There was an outage, although a web process served all the time.")
    frames = sum(each.analysed for each in candidates)
    say(
        f"{frames} frames were analysed; {Event.objects.count()} events are recorded, {pictures} of them with a picture"
    )
    check_export(exam, admin, candidates[0].other, cookie, len(candidates))


def check_export(exam: Exam, admin: User, address: str, cookie: str, wanted: int) -> None:
    """Asked for here, made by a worker, kept in the bucket, fetched from a web process."""
    export = services.request_export(user=admin, exam=exam, format=Export.Format.JSON)
    deadline = time.monotonic() + PATIENCE
    while export.state in {Export.State.WAITING, Export.State.RUNNING} and time.monotonic() < deadline:
        time.sleep(0.2)
        export.refresh_from_db()
    if export.state != Export.State.READY:
        raise Wrong(f"The export is “{export.state}”: {export.error}")
    body = json.loads(get(f"{address}/exports/{export.pk}/download/", cookie))
    if len(body["sessions"]) != wanted:
        raise Wrong(f"The export has {len(body['sessions'])} sessions.")
    say("An export was made by a worker and fetched from a web process")


def say(text: str) -> None:
    print(f"  {text}", flush=True)  # noqa: T201


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("addresses", nargs=2)
    parser.add_argument("--candidates", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--kill", type=int, metavar="PID", help="of the second address, with its process group")
    options = parser.parse_args(arguments)
    exam = Exam.objects.get(title=DEMO_EXAM)
    admin = User.objects.filter(is_superuser=True).earliest("pk")
    shows = [load_show(data_path(f"clips/{name}"), interval=INTERVAL) for name in (ALONE, ALONE, TOGETHER, TOGETHER)]
    places = seated(options.candidates, exam=exam, shows=shows, calibration=NEUTRAL.as_dict())
    first, second = options.addresses
    with places as seats, signed_in(admin) as cookie:
        pairs = [(first, second), (second, first)]
        candidates = [Candidate(seat, *pairs[number % 2]) for number, seat in enumerate(seats)]
        walls = [Wall(exam.pk, address, cookie) for address in options.addresses]
        try:
            asyncio.run(hold(candidates, walls, options))
            check(candidates, exam, admin, cookie)
        except (Wrong, TimeoutError) as error:
            say(f"WRONG: {error or 'it took too long'}")
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
