"""An attempt's time on an open connection: breaks, time that is added, and going on after handing in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from django.db import connections, transaction
from django.utils import timezone

from exams import services as exam_services
from exams.models import Accommodation, Attempt, Heartbeat
from proctoring import services
from proctoring.live import frames, presence
from proctoring.live.database import read
from proctoring.models import Event, Session
from proctoring.risk.policy import DEFAULT_RULES, Policy
from tests.data import clip_frames
from tests.exams.sittings import grant
from tests.live.conftest import Sitting
from tests.live.pages import CandidatePage, Closed, Message, Page
from tests.live.pictures import clutter
from tests.risk.scenes import NEUTRAL

Result = TypeVar("Result")
FACE = clip_frames("head_turns")[0].read_bytes()


def prepare(sitting: Sitting) -> None:
    """Calibrated, with ten minutes of breaks; nobody in view counts after 0.2 s already."""
    rules = {**DEFAULT_RULES, "NO_FACE": replace(DEFAULT_RULES["NO_FACE"], hold_seconds=0.2, cooldown_seconds=60.0)}
    policy = Policy(rules=rules, phone_every=1000).as_dict()
    grant(sitting.people, break_minutes=10)
    Session.objects.filter(pk=sitting.session.pk).update(
        policy=policy, agreed_policy=None, calibration=NEUTRAL.as_dict()
    )


@pytest.fixture
async def page(sitting: Sitting) -> AsyncIterator[CandidatePage]:
    """Sitting the exam."""
    await read(lambda: prepare(sitting))
    page = await started(await CandidatePage(sitting.session.pk, sitting.candidate).open())
    yield page
    await page.leave()


async def started(page: CandidatePage) -> CandidatePage:
    await page.say({"type": "start"})
    await page.expect("started")
    return page


def attempt_of(sitting: Sitting) -> Attempt:
    return Attempt.objects.select_related("exam").get(proctoring_session=sitting.session)


async def do(work: Callable[[], Result]) -> Result:
    """As a request of somebody else does it."""
    return await asyncio.to_thread(in_thread, work)


def in_thread(work: Callable[[], Result]) -> Result:
    try:
        return work()
    finally:
        connections.close_all()


async def begin_break(sitting: Sitting, page: CandidatePage) -> Message:
    await do(lambda: exam_services.start_break(attempt=attempt_of(sitting)))
    return await page.expect("time")


async def end_break(sitting: Sitting, page: CandidatePage) -> Message:
    await do(lambda: exam_services.end_break(attempt=attempt_of(sitting)))
    return await page.expect("time")


async def log(sitting: Sitting) -> list[str]:
    return await read(lambda: list(sitting.session.events.order_by("sequence").values_list("name", flat=True)))


async def shown(proctor: Page, connection: str) -> dict[str, Any]:
    """The session as soon as the proctor's page has it in that state."""
    while True:
        message = await proctor.expect("sessions", "session")
        for session in message["sessions"] if "sessions" in message else [message["session"]]:
            if session["connection"] == connection:
                return dict(session)


async def test_on_a_break_nothing_is_looked_at_kept_or_missed(page: CandidatePage, sitting: Sitting) -> None:
    proctor = await Page(f"/ws/proctor/sessions/{page.session_id}/", user=sitting.people.proctor).open()
    await page.frame(FACE)
    assert frames.newest(page.session_id) is not None
    told = await begin_break(sitting, page)
    assert told["break"]["ends_by_ms"] == pytest.approx((time.time() + 600) * 1000, abs=20_000)
    for _ in range(3):
        answer = await page.frame(clutter())
        assert (answer["analysed"], answer["reason"]) == (False, "on_break")
    assert frames.newest(page.session_id) is None
    session = await shown(proctor, "on_break")
    assert (session["warnings"], session["observation"]) == ([], None)
    await page.signal("hidden", "blur", "copy", "network_lost")
    await page.signal("visible", "focus")
    told = await end_break(sitting, page)
    assert told["break"]["ends_by_ms"] is None
    await shown(proctor, "live")
    assert (await page.frame(FACE))["analysed"] is True
    await proctor.leave()
    await page.leave()
    assert await log(sitting) == ["BREAK_BEGAN", "BREAK_ENDED"]
    stored = await read(lambda: Session.objects.get(pk=page.session_id))
    assert (stored.risk_total, stored.counters["analysed"]) == (0, 2)


async def test_a_break_goes_on_after_a_reload_and_the_way_there_is_no_loss(
    page: CandidatePage, sitting: Sitting
) -> None:
    await begin_break(sitting, page)
    await page.leave()
    wall = await Page(f"/ws/proctor/exams/{sitting.exam.pk}/", user=sitting.people.proctor).open()
    await shown(wall, "on_break")
    await asyncio.sleep(1.1)  # longer than the edge of a pause that is forgiven
    again = await CandidatePage(page.session_id, sitting.candidate).open()
    assert again.welcome["break"]["ends_by_ms"] is not None
    assert presence.connected[page.session_id].connection_state == "on_break"
    assert (await again.frame(FACE))["reason"] == "on_break"
    await end_break(sitting, again)
    await again.frame(FACE)
    await again.leave()
    await wall.leave()
    assert await log(sitting) == ["BREAK_BEGAN", "BREAK_ENDED"]


async def test_a_break_that_is_used_up_ends_by_itself(page: CandidatePage, sitting: Sitting) -> None:
    @transaction.atomic  # so that the page hears of the break when it is nearly used up, not before
    def nearly_used_up() -> None:
        taken = exam_services.start_break(attempt=attempt_of(sitting))
        taken.began_at -= timedelta(minutes=9, seconds=59)
        taken.ends_by -= timedelta(minutes=9, seconds=59)
        taken.save()

    await do(nearly_used_up)
    assert (await page.expect("time"))["break"]["ends_by_ms"] is not None
    assert (await page.expect("time"))["break"] == {
        "allowed_seconds": 600, "left_seconds": 0, "began_at_ms": None, "ends_by_ms": None,
    }  # fmt: skip
    assert (await page.frame(FACE))["analysed"] is True
    assert (await log(sitting))[-1] == "BREAK_ENDED"


async def test_added_time_is_told_and_moves_the_end(page: CandidatePage, sitting: Sitting) -> None:
    def add() -> None:
        attempt = attempt_of(sitting)
        Attempt.objects.update(deadline=timezone.now() - timedelta(seconds=1.8))  # the end comes in 0.2 s
        exam_services.add_time(by=sitting.people.proctor, attempt=attempt, minutes=5, reason="technical")

    proctor = await Page(f"/ws/proctor/sessions/{page.session_id}/", user=sitting.people.proctor).open()
    await do(add)
    told = await page.expect("time")
    assert told["change"] == {"kind": "added", "seconds": 300}
    assert told["deadline_ms"] == pytest.approx((time.time() + 300) * 1000, abs=20_000)
    assert (await proctor.expect("event"))["event"]["event"] == "TIME_ADDED"
    await proctor.leave()
    await asyncio.sleep(0.5)
    assert (await page.frame(FACE))["analysed"] is True


async def test_an_alarm_set_before_time_was_added_ends_nothing(page: CandidatePage, sitting: Sitting) -> None:
    """It may go off before the connection has heard of the time."""
    consumer = presence.connected[page.session_id]
    consumer.alarms._time_is_up()
    assert (await page.expect("time"))["deadline_ms"] is not None
    assert (await page.frame(FACE))["analysed"] is True


async def test_the_end_waits_until_an_outage_is_given_back(page: CandidatePage, sitting: Sitting) -> None:
    def out_of_reach() -> None:
        now = timezone.now()
        Heartbeat.objects.update_or_create(pk=1, defaults={"alive_at": now - timedelta(minutes=2)})
        Attempt.objects.update(started_at=now - timedelta(minutes=61), deadline=now - timedelta(minutes=1))

    await do(out_of_reach)
    consumer = presence.connected[page.session_id]
    consumer.alarms._time_is_up()
    await page.expect("time")
    await do(exam_services.outages.beat)
    told = await page.expect("time")
    assert told["change"]["kind"] == "outage"
    assert told["deadline_ms"] == pytest.approx((time.time() + 60) * 1000, abs=20_000)
    assert (await page.frame(FACE))["analysed"] is True


async def test_who_handed_in_by_mistake_comes_back_watched(page: CandidatePage, sitting: Sitting) -> None:
    for _ in range(400):  # two seconds, however fast the machine answers
        await page.frame(clutter())
        if "NO_FACE" in await log(sitting):
            break
    await do(lambda: services.end_session(page.session_id, Session.EndedBy.CANDIDATE))
    assert await page.closed() == 4410
    with pytest.raises(Closed):
        await CandidatePage(page.session_id, sitting.candidate).open()
    await do(
        lambda: exam_services.reopen(
            by=sitting.people.proctor, attempt=attempt_of(sitting), minutes=15, reason="by_mistake"
        )
    )
    again = await CandidatePage(page.session_id, sitting.candidate).open()
    assert (again.welcome["state"], again.welcome["last_seq"]) == ("live", page.sequence)
    assert again.welcome["deadline_ms"] == pytest.approx((time.time() + 900) * 1000, abs=20_000)
    assert (await again.frame(FACE))["analysed"] is True
    await again.leave()
    names = await log(sitting)
    assert names[names.index("NO_FACE") :] == ["NO_FACE", "ATTEMPT_REOPENED", "CONNECTION_LOST"]
    stored = await read(lambda: Session.objects.get(pk=page.session_id))
    assert stored.risk_total == 5
    lost = await read(lambda: Event.objects.get(session=page.session_id, name="CONNECTION_LOST"))
    assert lost.detail["seconds"] < 20


async def test_breaks_granted_meanwhile_are_told(page: CandidatePage, sitting: Sitting) -> None:
    def more() -> None:
        accommodation = Accommodation(
            institution=sitting.people.institution, candidate=sitting.candidate, break_minutes=20, reason="Diabetes."
        )
        exam_services.accommodations.grant(by=sitting.people.administrator, accommodation=accommodation)

    await do(more)
    told = await page.expect("time")
    assert told["break"]["left_seconds"] == 1200
    assert "Diabetes" not in str(told)
