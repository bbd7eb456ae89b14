"""From the calibration to the end: verdicts of real frames, events written before they are acknowledged, and a state
that outlives connections."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from exams.models import Attempt
from proctoring import services
from proctoring.evidence import snapshots
from proctoring.live import frames, presence
from proctoring.live.database import read
from proctoring.models import Event, ProctorAction, RiskSample, Session
from proctoring.risk.policy import DEFAULT_RULES, Policy
from tests.data import clip_frames
from tests.live.conftest import Sitting
from tests.live.pages import CandidatePage, Message
from tests.live.pictures import clutter


@pytest.fixture
async def page(sitting: Sitting) -> AsyncIterator[CandidatePage]:
    """Connected; nobody in view counts after 0.2 s already, so that tests need not last."""
    rules = {**DEFAULT_RULES, "NO_FACE": replace(DEFAULT_RULES["NO_FACE"], hold_seconds=0.2, cooldown_seconds=60.0)}
    policy = Policy(rules=rules, phone_every=3).as_dict()
    await read(lambda: Session.objects.filter(pk=sitting.session.pk).update(policy=policy))
    page = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    yield page
    await page.leave()


async def calibrate(page: CandidatePage, jpegs: list[bytes]) -> Message:
    await page.say({"type": "calibrate", "action": "start"})
    last = await page.expect("calibration")
    assert last == {"type": "calibration", "state": "collecting", "usable": 0, "seen": 0}
    for jpeg in jpegs:
        await page.frame(jpeg)
        last = await page.expect("calibration")
    assert last["seen"] == len(jpegs)
    await page.say({"type": "calibrate", "action": "finish"})
    return await page.expect("calibration")


async def start(page: CandidatePage) -> Message:
    """Calibrated on the clip's first second, and started."""
    jpegs = [path.read_bytes() for path in clip_frames("head_turns")[:12]]
    assert (await calibrate(page, jpegs))["state"] == "done"
    await page.say({"type": "start"})
    return await page.expect("started")


async def until_risk(page: CandidatePage) -> Message:
    """Frames without anybody until an event is recorded; the verdict that acknowledged it."""
    for _ in range(40):
        verdict = await page.frame(clutter())
        if await read(lambda: Event.objects.filter(session=page.session_id, name="NO_FACE").exists()):
            return verdict
        await asyncio.sleep(0.05)
    raise AssertionError("No event was recorded.")


async def stored(page: CandidatePage) -> Session:
    return await read(lambda: Session.objects.select_related("attempt").get(pk=page.session_id))


async def events(page: CandidatePage, *names: str) -> list[Event]:
    return await read(lambda: list(Event.objects.filter(session=page.session_id, name__in=names)))


async def test_a_real_frame_gets_a_real_verdict(page: CandidatePage) -> None:
    verdict = await page.frame(clip_frames("head_turns")[0].read_bytes())
    assert verdict["analysed"] is True
    assert verdict["faces"] == 1
    assert verdict["phone"] is False
    assert verdict["warnings"] == []
    assert set(verdict["quality"]) == {"dark", "blurred", "covered", "brightness"}
    assert 0 < verdict["face_box"]["width"] < 1
    assert 0 <= verdict["next_frame_in_ms"] <= 500
    newest = frames.newest(page.session_id)
    assert newest is not None
    assert newest.sequence == 1


async def test_the_check_warns_but_records_nothing(page: CandidatePage) -> None:
    verdict = await page.frame(clutter())
    assert verdict["warnings"] == ["no_face"]
    await page.leave()
    assert (await stored(page)).event_count == 0


async def test_two_people_are_seen(page: CandidatePage) -> None:
    verdict = await page.frame(clip_frames("two_people")[20].read_bytes())
    assert verdict["faces"] == 2
    assert verdict["warnings"] == ["multiple_faces"]


@pytest.mark.parametrize(("glances", "source"), [(True, "stands"), (False, "mesh")])
async def test_a_glance_spares_measuring_somebody_who_keeps_still_unless_that_is_switched_off(
    page: CandidatePage, settings: Any, glances: bool, source: str
) -> None:
    settings.PROCTOR_GLANCES = glances
    await start(page)
    still = clip_frames("head_turns")[0].read_bytes()
    await page.frame(still)
    await page.frame(still)
    looked = presence.connected[page.session_id].live.looked
    assert looked is not None
    assert looked.observation.pose is not None
    assert looked.observation.pose.source == source


async def test_calibration_without_a_face_fails_with_a_sentence(page: CandidatePage) -> None:
    failed = await calibrate(page, [clutter()] * 3)
    assert (failed["state"], failed["code"]) == ("failed", "no_face")
    assert "could not see your face" in failed["message"]


async def test_starting_sets_the_clock_and_again_changes_nothing(page: CandidatePage) -> None:
    started = await start(page)
    assert started["deadline_ms"] == pytest.approx((time.time() + 3600) * 1000, abs=20_000)
    await page.say({"type": "start"})
    assert (await page.expect("started"))["deadline_ms"] == started["deadline_ms"]
    assert (await stored(page)).state == Session.State.LIVE


async def test_an_event_is_written_with_the_very_picture_before_it_is_acknowledged(page: CandidatePage) -> None:
    await start(page)
    verdict = await until_risk(page)
    assert "no_face" in verdict["warnings"]
    (event,) = await events(page, "NO_FACE")
    assert event.risk_delta == 5
    assert event.detail["boxes"]["faces"] == () or event.detail["boxes"]["faces"] == []
    assert event.snapshot_sha256 == hashlib.sha256(clutter()).hexdigest()
    assert await read(lambda: snapshots.read(event.snapshot)) == clutter()
    session = await stored(page)
    assert (session.risk_total, session.risk_temporary) == (5, 5)
    samples = await read(lambda: list(RiskSample.objects.filter(session=session).values_list("risk", flat=True)))
    assert samples == [0, 5]


# A disk that is full, as each database would tell it, and how it has room again.
REFUSE_SAMPLES = {
    "sqlite": (
        "CREATE TRIGGER refuse BEFORE INSERT ON proctoring_risksample BEGIN SELECT RAISE(ABORT, 'disk full'); END",
        "DROP TRIGGER refuse",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$ LANGUAGE plpgsql;"
        "CREATE TRIGGER refuse BEFORE INSERT ON proctoring_risksample EXECUTE FUNCTION refuse()",
        "DROP FUNCTION refuse CASCADE",
    ),
}


def run_sql(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


async def test_what_the_database_would_not_take_is_written_later(
    page: CandidatePage, caplog: pytest.LogCaptureFixture
) -> None:
    await start(page)
    await until_risk(page)
    refuse, allow = REFUSE_SAMPLES[connection.vendor]
    await read(partial(run_sql, refuse))
    try:
        for number in range(200):
            await page.frame(clip_frames("head_turns")[number % 12].read_bytes())
            if "Nothing could be written" in caplog.text:
                break
            await asyncio.sleep(0.1)
    finally:
        await read(partial(run_sql, allow))
    assert "disk full" in caplog.text
    await page.leave()
    samples = RiskSample.objects.filter(session=page.session_id).order_by("unix_ms", "pk")
    risks = await read(lambda: list(samples.values_list("risk", flat=True)))
    assert risks[:3] == [0, 5, 4]  # the last of these was refused at first


async def test_risk_outlives_the_connection_and_the_gap_is_recorded(page: CandidatePage, sitting: Sitting) -> None:
    await start(page)
    await until_risk(page)
    await page.leave()
    assert (await stored(page)).connected is False
    again = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    assert again.welcome["state"] == "live"
    assert again.welcome["calibrated"] is True
    assert again.welcome["last_seq"] == page.sequence
    assert again.welcome["deadline_ms"] is not None
    await again.frame(clip_frames("head_turns")[0].read_bytes())
    await again.leave()
    assert (await stored(page)).risk_total == 5
    (gap,) = await events(page, "CONNECTION_LOST")
    assert gap.ledger == "technical"
    assert gap.detail["seconds"] < 20


async def test_a_second_connection_replaces_the_first_and_says_so_to_it(page: CandidatePage, sitting: Sitting) -> None:
    await start(page)
    second = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    assert "another window" in (await page.expect("replaced"))["message"]
    assert await page.closed() == 4001
    assert second.welcome["last_seq"] == page.sequence
    assert (await second.frame(clutter()))["type"] == "verdict"
    await second.leave()
    assert len(await events(page, "REPLACED_CONNECTION")) == 1


async def test_a_camera_that_is_off_is_still_off_after_a_reconnection(page: CandidatePage, sitting: Sitting) -> None:
    await start(page)
    await page.signal("camera_stopped")
    await page.leave()
    again = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    assert presence.connected[sitting.session.pk].connection_state == "camera_off"
    await again.signal("camera_started")
    await again.frame(clutter())
    assert presence.connected[sitting.session.pk].connection_state == "live"
    await again.leave()


async def test_leaving_the_page_counts_once_however_often_it_is_told(page: CandidatePage) -> None:
    await start(page)
    hidden, blurred = uuid4(), uuid4()
    ack = await page.signal("hidden", "blur", ids=[hidden, blurred])
    assert ack["ids"] == [str(hidden), str(blurred)]
    await page.signal("hidden", "blur", ids=[hidden, blurred])
    await page.signal("visible", "focus")
    await page.leave()
    (event,) = await events(page, "TAB_SWITCH")
    assert (event.risk_delta, event.risk_total) == (5, 5)
    session = await stored(page)
    assert session.risk_permanent == 5
    assert await read(lambda: list(session.signals.values_list("applied", flat=True))) == [True] * 4


async def test_a_signal_that_comes_late_raises_the_risk_from_then_on(page: CandidatePage) -> None:
    await start(page)
    now = time.time() * 1000
    await until_risk(page)
    signals = [{"id": str(uuid4()), "kind": "hidden", "time_ms": now}]
    await page.say({"type": "signals", "sent_ms": time.time() * 1000, "signals": signals})
    await page.expect("signal_ack")
    await page.leave()
    (switch,) = await events(page, "TAB_SWITCH")
    (nobody,) = await events(page, "NO_FACE")
    assert switch.unix_ms < nobody.unix_ms
    samples = await read(lambda: list(RiskSample.objects.filter(session=page.session_id).order_by("unix_ms", "pk")))
    assert [sample.risk for sample in samples] == [0, 5, 10]


async def test_signals_from_before_the_start_change_nothing(page: CandidatePage) -> None:
    await page.signal("hidden", "blur")
    await page.signal("visible", "focus")
    await start(page)
    await page.leave()
    assert await events(page, "TAB_SWITCH") == []
    assert (await stored(page)).risk_total == 0


async def test_signals_that_came_by_the_beacon_are_taken_in(page: CandidatePage, sitting: Sitting) -> None:
    await start(page)
    now = time.time() * 1000
    signals = [{"id": str(uuid4()), "kind": "hidden", "time_ms": now}]
    batch = services.SignalBatch.parse({"sent_ms": now, "signals": signals})
    from proctoring.services import tell

    def beacon() -> None:
        services.store_signals(sitting.session.pk, batch)
        tell.send(services.candidate_group(sitting.session.pk), {"type": "signals.stored"})

    await read(beacon)
    for _ in range(100):
        if await events(page, "TAB_SWITCH"):
            break
        await asyncio.sleep(0.05)
    assert len(await events(page, "TAB_SWITCH")) == 1


async def test_when_time_is_up_the_session_ends_and_the_page_is_told(page: CandidatePage, sitting: Sitting) -> None:
    await start(page)
    await page.leave()
    past = timezone.now() - timedelta(seconds=30)
    await read(lambda: Attempt.objects.filter(proctoring_session=sitting.session).update(deadline=past))
    again = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    ended = await again.expect("ended")
    assert ended["by"] == "deadline"
    assert "Time is up" in ended["message"]
    assert await again.closed() == 4410
    await again.leave()
    session = await stored(page)
    assert (session.state, session.ended_by) == ("ended", "deadline")
    assert session.attempt is not None
    assert session.attempt.state == Attempt.State.SUBMITTED
    assert frames.newest(sitting.session.pk) is None


async def test_a_proctor_s_stop_reaches_the_page(page: CandidatePage, sitting: Sitting) -> None:
    await start(page)
    stop: dict[str, Any] = {
        "action": ProctorAction.Action.STOP_WATCHING,
        "reason": ProctorAction.Reason.TECHNICAL,
    }
    await read(lambda: services.stop_by_proctor(sitting.people.proctor, sitting.session.pk, **stop))
    assert (await page.expect("ended"))["by"] == "proctor"
    assert await page.closed() == 4410
