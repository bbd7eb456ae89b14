"""The exam, and the kills during it. Imported once the settings of the site are in the environment."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Sequence
from contextlib import suppress

from django.contrib.auth.hashers import make_password
from django.db import connections

from exams.models import Exam, User
from proctoring.bench.load import Seat
from proctoring.bench.material import load_show
from proctoring.bench.people import seated
from proctoring.load.exam import make_exam
from proctoring.replay.signin import signed_in
from proctoring.risk.calibration import Calibration
from tests.data import data_path
from tests.kills import checking, wall
from tests.kills.kept import Kept
from tests.kills.page import Page, waiting_for
from tests.kills.parts import KINDS, Connections, Part, until_back
from tests.kills.report import Kill, Report
from tests.machines.running import Failed

INTERVAL = 0.5
SHOWS = ("two_people", "head_turns", "phone_at_webcam", "eyes_center_left_center")  # what each candidate shows, in turn
NEUTRAL = Calibration(0.0, 0.0, 0.5, 0.5, 0.3, 5.0, 5.0, 0.02, 0.05, 0.05, 20)
BETWEEN = 0.3  # seconds at least from everybody watched to the next kill, at random
DOWN = (0.2, 2.5)  # how long whatever restarts a service takes to do so
PATIENCE = 120.0  # after which nobody waits for a part, or for candidates, any longer
HAND_IN_SECONDS = 90.0


def hold(
    parts: Sequence[Part], addresses: Sequence[str], *, candidates: int, kills: int, seed: int, between: float
) -> Report:
    """``between``: two kills, seconds at most."""
    exam = make_exam(watched=True)
    proctor = User.objects.create(username="proctor", is_superuser=True, is_staff=True, password=make_password(None))
    shows = [load_show(data_path(f"clips/{name}"), interval=INTERVAL) for name in SHOWS]
    report = Report(seed=seed, candidates=candidates)
    places = seated(candidates, exam=exam, shows=shows, calibration=NEUTRAL.as_dict())
    with places as seats, signed_in(proctor) as cookie:
        connections.close_all()  # nothing of this process is to be in the way of a server that starts again
        asyncio.run(_Exam(exam, cookie, seats, parts, addresses, report, kills, between).hold())
    return report


class _Exam:
    def __init__(
        self,
        exam: Exam,
        cookie: str,
        seats: Sequence[Seat],
        parts: Sequence[Part],
        addresses: Sequence[str],
        report: Report,
        kills: int,
        between: float,
    ) -> None:
        self._rng = random.Random(report.seed)
        self._kept = Kept()
        self._report = report
        self._pages = [
            Page(seat, _addresses(number, addresses), self._kept, random.Random(self._rng.random()))
            for number, seat in enumerate(seats)
        ]
        self._parts = [*parts, Connections(self._pages, self._rng)]
        self._walls = [(address, exam.pk, cookie) for address in addresses]
        self._kills = kills
        self._between = (BETWEEN, max(BETWEEN, between))
        self._began = time.monotonic()

    async def hold(self) -> None:
        sitting = [asyncio.create_task(page.sit()) for page in self._pages]
        looking = [asyncio.create_task(wall.look(*where, self._kept)) for where in self._walls]
        try:
            await asyncio.wait_for(asyncio.gather(*(page.started.wait() for page in self._pages)), PATIENCE)
            self._began = time.monotonic()
            await self._until_watched(self._began)
            for number, kind in enumerate(self._plan(), 1):
                await self._kill(number, self._rng.choice([part for part in self._parts if part.kind == kind]))
            await asyncio.wait_for(asyncio.gather(*(page.hand_in() for page in self._pages)), HAND_IN_SECONDS)
            await asyncio.wait_for(asyncio.gather(*sitting), HAND_IN_SECONDS)
        except (TimeoutError, asyncio.TimeoutError):
            self._report.lost.append("Not everybody could begin, or hand in at the end.")
        finally:
            for task in (*sitting, *looking):
                task.cancel()
            await asyncio.gather(*sitting, *looking, return_exceptions=True)
        await asyncio.to_thread(self._check)

    def _plan(self) -> list[str]:
        """As many of each kind, in an order of chance."""
        plan = [KINDS[number % len(KINDS)] for number in range(self._kills)]
        self._rng.shuffle(plan)
        return plan

    async def _kill(self, number: int, part: Part) -> None:
        await asyncio.sleep(self._rng.uniform(*self._between))
        down = self._rng.uniform(*DOWN)
        killed = time.monotonic()
        what = part.kill()
        await asyncio.sleep(down if part.kind != Connections.kind else 0)
        await asyncio.to_thread(part.start)
        back = await asyncio.to_thread(until_back, part, PATIENCE)
        if back is None:
            raise Failed(f"{what} was killed and did not come back.")
        watched = await self._until_watched(back)
        kill = Kill(
            number=number,
            kind=part.kind,
            what=what,
            at=round(killed - self._began, 1),
            away=round(back - killed, 2),
            watched=round(watched - back, 2),
            load=round(os.getloadavg()[0], 1),
        )
        self._report.kills.append(kill)
        say(kill.line(self._kills))

    async def _until_watched(self, moment: float) -> float:
        """When a picture that each candidate sent since then had been looked at."""
        deadline = time.monotonic() + PATIENCE
        while missing := waiting_for(self._pages, moment):
            if time.monotonic() > deadline:
                raise Failed(f"Not watched again: {missing}. Frames that were not: {dict(self._kept.not_analysed)}")
            await asyncio.sleep(0.05)
        return max(page.watched_since(moment) or moment for page in self._pages)

    def _check(self) -> None:
        kept, report = self._kept, self._report
        given = {client_id for page in self._pages for client_id in page.answers.given}
        report.lost += checking.faults(kept, given=given, ended=True)
        report.counted = {
            "answers": len(kept.answers),
            "signals": len(kept.signals),
            "events": checking.events_of_exams(),
            "events a proctor was told of": len(kept.told),
            "pictures of events": checking.pictures_of_exams(),
            "frames looked at": kept.analysed,
            "frames not looked at": sum(kept.not_analysed.values()),
            "why": dict(kept.not_analysed),
        }
        with suppress(OSError):
            connections.close_all()


def _addresses(number: int, addresses: Sequence[str]) -> list[str]:
    """Half of the candidates know one address alone, the others go on at the next, as behind a proxy."""
    own = addresses[number % len(addresses)]
    others = [each for each in addresses if each != own]
    return [own] if number // len(addresses) % 2 == 0 else [own, *others]


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201
