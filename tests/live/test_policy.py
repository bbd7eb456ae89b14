"""What a session's own policy changes on its connection: nothing kept, nothing counted, nobody calibrated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from exams.models import Accommodation
from proctoring import services
from proctoring.live.database import read
from proctoring.models import DetectorAccommodation, Event, ExamPolicy, PolicyRule, Session
from tests import factories
from tests.data import clip_frames
from tests.live.conftest import Sitting
from tests.live.pages import CandidatePage, Page
from tests.live.pictures import clutter
from tests.risk.scenes import NEUTRAL


def granted(sitting: Sitting) -> None:
    """Somebody's carer may be in the room, and they need not look at the screen; the exam keeps no pictures."""
    policy = factories.policy(sitting.exam, keep_snapshots=False)
    for event in ("NO_FACE", "MULTIPLE_FACES"):
        PolicyRule.objects.create(policy=policy, event=event, hold_seconds=0.2, delta=5, cooldown_seconds=60)
    accommodation = factories.accommodation(sitting.exam, sitting.candidate, reason="Cannot see the screen.")
    DetectorAccommodation.objects.create(
        accommodation=accommodation, muted=["LOOKING_AWAY", "MULTIPLE_FACES"], hold_seconds={"NO_FACE": 0.3}
    )
    effective = services.policy_for(sitting.exam, sitting.candidate)
    Session.objects.filter(pk=sitting.session.pk).update(policy=effective.as_dict(), accommodated=True)


@pytest.fixture
async def page(sitting: Sitting) -> AsyncIterator[CandidatePage]:
    await read(lambda: granted(sitting))
    page = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    yield page
    await page.leave()


async def events(page: CandidatePage) -> list[Event]:
    return await read(lambda: list(Event.objects.filter(session=page.session_id).order_by("sequence")))


async def until(page: CandidatePage, name: str, jpeg: bytes) -> None:
    for _ in range(40):
        await page.frame(jpeg)
        if name in [event.name for event in await events(page)]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{name} was not recorded.")


async def test_what_is_muted_never_counts_and_that_it_is_stands_in_the_log(page: CandidatePage) -> None:
    two_people = clip_frames("two_people")[20].read_bytes()
    assert page.welcome["calibrated"] is True  # looking away does not count, so there is nothing to measure it from
    assert page.welcome["counted"] == ["NO_FACE", "PHONE_DETECTED", "TAB_SWITCH"]
    assert (await page.frame(two_people))["warnings"] == []
    await page.say({"type": "start"})
    await page.expect("started")
    for _ in range(8):
        assert (await page.frame(two_people))["warnings"] == []
        await asyncio.sleep(0.05)
    await until(page, "NO_FACE", clutter())
    applies, no_face = await events(page)
    assert (applies.name, applies.ledger) == ("ACCOMMODATION_APPLIES", "technical")
    assert applies.sentence == (
        "An accommodation applies to this session. Not counted: multiple faces, looking away."
        " Counted later or less easily: no face."
    )
    assert applies.detail == {"muted": ["MULTIPLE_FACES", "LOOKING_AWAY"], "eased": ["NO_FACE"]}
    assert (no_face.name, no_face.snapshot, no_face.snapshot_sha256) == ("NO_FACE", "", "")
    assert "boxes" not in no_face.detail


async def test_it_is_said_once_however_often_the_page_comes_back(page: CandidatePage, sitting: Sitting) -> None:
    await page.say({"type": "start"})
    await page.expect("started")
    await page.leave()
    again = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    await again.leave()
    assert [event.name for event in await events(page)].count("ACCOMMODATION_APPLIES") == 1


async def test_the_wall_says_that_one_applies_and_not_why(page: CandidatePage, sitting: Sitting) -> None:
    wall = await Page(f"/ws/proctor/exams/{sitting.exam.pk}/", user=sitting.people.proctor).open()
    (told,) = (await wall.expect("sessions"))["sessions"]
    await wall.leave()
    assert told["accommodated"] is True
    assert "Cannot see" not in str(told)


async def test_what_is_granted_meanwhile_acts_in_the_running_session_and_is_told(sitting: Sitting) -> None:
    page = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    await read(lambda: Session.objects.filter(pk=page.session_id).update(calibration=NEUTRAL.as_dict()))
    await page.say({"type": "start"})
    await page.expect("started")
    people = sitting.people
    wanted = Accommodation(institution=people.institution, candidate=people.candidate, reason="A carer.")
    detectors = DetectorAccommodation(muted=["MULTIPLE_FACES", "PHONE_DETECTED"], lift_clipboard=True)
    await read(lambda: services.accommodations.grant(by=people.author, accommodation=wanted, detectors=detectors))
    told = await page.expect("policy")
    assert told["counted"] == ["NO_FACE", "LOOKING_AWAY", "TAB_SWITCH"]
    assert (told["require_fullscreen"], told["restrict_clipboard"]) == (False, False)
    assert told["message"] == "An accommodation applies to you. Not counted: multiple faces, phone detected."
    assert (await page.frame(clip_frames("two_people")[20].read_bytes()))["warnings"] == []
    [changed] = [event for event in await events(page) if event.name == "ACCOMMODATION_CHANGED"]
    assert changed.sentence.startswith("Author granted an accommodation")
    wall = await Page(f"/ws/proctor/exams/{sitting.exam.pk}/", user=people.proctor).open()
    [shown] = (await wall.expect("sessions"))["sessions"]
    assert shown["accommodated"] is True
    await wall.leave()
    await page.leave()


async def test_without_an_accommodation_nothing_is_said(sitting: Sitting) -> None:
    page = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    assert page.welcome["calibrated"] is False
    await page.leave()
    assert await events(page) == []


def test_a_policy_that_changes_leaves_sessions_alone(sitting: Sitting) -> None:
    ExamPolicy.objects.create(exam=sitting.exam, keep_snapshots=False, require_fullscreen=True)
    kept = services.policy_for(sitting.exam)
    connection = services.open_connection(sitting.session.pk)
    assert connection.policy == replace(kept, keep_snapshots=True, require_fullscreen=False)
