"""More candidates than one real worker can look at: who gets how many pictures, what pages are told, what is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from channels.layers import channel_layers

from exams.models import Exam
from proctoring.analysis import service
from proctoring.live import frames
from proctoring.live.database import read
from proctoring.live.pacing import pacer
from proctoring.live.presence import connected
from proctoring.live.recorder import recorder
from proctoring.live.shares import FLOOR
from proctoring.models import Event, Session
from proctoring.risk.policy import DEFAULT_RULES, Policy
from tests import factories
from tests.data import clip_frames
from tests.live.pages import CandidatePage, Page
from tests.live.pictures import clutter
from tests.live.waiting import until

# Together more than any core can look at, a phone being looked for in every picture; those at risk ask for little.
# Nothing needs a calibration.
RATE = 8.0
POLICY = Policy(
    rules={name: DEFAULT_RULES[name] for name in ("NO_FACE", "PHONE_DETECTED")}, frames_per_second=RATE, phone_every=1
)
CALM, AT_RISK = 14, 1
SLOWED_SECONDS = 7.0  # what lasts less is not worth an entry


@dataclass
class Seat:
    """A candidate who sends ``jpeg`` as often as asked."""

    session: Session
    jpeg: bytes
    answers: list[dict[str, Any]] = field(default_factory=list)

    async def sit(self, over: asyncio.Event) -> None:
        page = await CandidatePage(self.session.pk, self.session.candidate).open()
        while not over.is_set():
            answer = await page.frame(self.jpeg)
            self.answers.append(answer)
            await asyncio.sleep(answer["next_frame_in_ms"] / 1000)
        await page.leave()

    @property
    def rate(self) -> float:
        """As the page would be asked for now."""
        return pacer.rate(connected[self.session.pk].live.pace)


@dataclass
class Room:
    people: factories.People
    exam: Exam
    calm: list[Seat]
    at_risk: list[Seat]

    @property
    def seats(self) -> list[Seat]:
        return [*self.calm, *self.at_risk]


@pytest.fixture
def room(transactional_db: None, pool: service.Analysis) -> Iterator[Room]:
    """Everybody is under watch already; those at risk are not in their picture."""
    people = factories.people()
    candidates = tuple(factories.user() for _ in range(CALM + AT_RISK))
    exam = factories.exam(people.institution, candidates=candidates)
    sessions = [
        factories.session(
            exam,
            candidate,
            policy=POLICY.as_dict(),
            consent=factories.consent(candidate, exam),
            attempt=factories.attempt(exam, candidate),
        )
        for candidate in candidates
    ]
    face = clip_frames("head_turns")[0].read_bytes()
    yield Room(
        people, exam, [Seat(one, face) for one in sessions[:CALM]], [Seat(one, clutter()) for one in sessions[CALM:]]
    )
    recorder.close()
    for session in sessions:
        frames.forget(session.pk)
    channel_layers.backends.clear()


@asynccontextmanager
async def sending(seats: list[Seat]) -> AsyncIterator[None]:
    over = asyncio.Event()
    tasks = [asyncio.create_task(seat.sit(over)) for seat in seats]
    try:
        yield
    finally:
        over.set()
        await asyncio.gather(*tasks)


async def overloaded(seconds: float = 0.0, *, patience: float = 60.0) -> None:
    """Until the server has asked for less for ``seconds`` on end."""
    deadline, since = time.monotonic() + patience, time.monotonic()
    while time.monotonic() - since < seconds or not pacer.figures().slowed:
        assert time.monotonic() < deadline, pacer.figures()
        if not pacer.figures().slowed:
            since = time.monotonic()
        await asyncio.sleep(0.05)


async def entries(seat: Seat, name: str) -> list[Event]:
    return await read(lambda: list(Event.objects.filter(session=seat.session, name=name).order_by("sequence")))


async def test_who_is_calm_gives_way_evenly_and_it_is_said_and_kept(room: Room) -> None:
    wall = await Page(f"/ws/proctor/exams/{room.exam.pk}/", user=room.people.proctor).open()
    async with sending(room.seats):
        await overloaded(SLOWED_SECONDS)
        figures = pacer.figures()
        assert figures.limit is not None
        assert figures.granted <= figures.limit < figures.wanted == pytest.approx(RATE * (CALM + AT_RISK))
        assert all(seat.rate < RATE for seat in room.calm)
        # On a machine that is busy with other things there may be too little even for who comes last.
        plenty = figures.limit > FLOOR * CALM + RATE * AT_RISK
        assert all(seat.rate == RATE for seat in room.at_risk) or not plenty
        assert min(seat.rate for seat in room.at_risk) >= max(seat.rate for seat in room.calm)
        assert all(seat.answers[-1]["server_busy"] for seat in room.seats)  # nobody can tell that it is about others
        while (shown := (await wall.expect("session"))["session"])["slowed_to"] is None:
            continue
        assert shown["slowed_to"] < shown["wanted_fps"] == RATE
    await wall.leave()
    assert all(answer["analysed"] for seat in room.seats for answer in seat.answers)
    for seat in room.calm:
        assert await entries(seat, "FRAMES_MISSING") == []
        began, over = await entries(seat, "SERVER_OVERLOADED")
        assert (began.ledger, began.risk_delta, began.detail["goes_on"]) == ("technical", 0, True)
        assert began.detail["from"] == over.detail["from"] < over.detail["until"]
        assert over.detail["lowest_frames_per_second"] < over.detail["asked_by_exam"] == RATE
        counters = (await read(partial(Session.objects.get, pk=seat.session.pk))).counters
        assert counters["slowed_seconds"] == pytest.approx(over.detail["seconds"], abs=1)


async def test_when_the_others_have_left_the_rate_is_the_exam_s_again(room: Room) -> None:
    last = room.calm[0]
    async with sending([last]):
        async with sending(room.seats[1:]):
            await overloaded()
        await until(lambda: pacer.figures().slowed == 0 and pacer.figures().sessions == 1)
        answers = len(last.answers)
        await until(lambda: len(last.answers) >= answers + 3)
        assert connected[last.session.pk].live.pace.slowed_to is None
