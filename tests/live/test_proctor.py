"""What proctors' pages get, when, and who gets nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from channels.layers import get_channel_layer
from django.contrib.sessions.models import Session as DjangoSession
from django.db import connection
from django.utils import timezone

from exams.models import Attempt, User
from proctoring import services
from proctoring.live import frames, presence
from proctoring.live.database import read
from proctoring.models import Session
from proctoring.reports.record import KEYS
from tests.data import clip_frames
from tests.live.conftest import Sitting
from tests.live.pages import CandidatePage, Closed, Page
from tests.live.pictures import clutter

S_KEYS = {
    *("id", "name", "risk", "risk_temporary", "risk_permanent", "warnings", "connection", "frame_seq", "frame_url"),
    *("last_frame_ms", "fps", "wanted_fps", "slowed_to", "detectors_off", "accommodated", "url"),
}


@pytest.fixture
async def candidate(sitting: Sitting) -> AsyncIterator[CandidatePage]:
    page = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    yield page
    await page.leave()


def wall(sitting: Sitting, user: User | None) -> Page:
    return Page(f"/ws/proctor/exams/{sitting.exam.pk}/", user=user)


def session_page(session_id: UUID, user: User | None) -> Page:
    return Page(f"/ws/proctor/sessions/{session_id}/", user=user)


async def test_the_wall_lists_the_sessions_of_the_exam(sitting: Sitting) -> None:
    page = await wall(sitting, sitting.people.proctor).open()
    (shown,) = (await page.expect("sessions"))["sessions"]
    assert set(shown) == S_KEYS
    assert shown["id"] == str(sitting.session.pk)
    assert shown["name"] == sitting.candidate.display_name
    assert shown["connection"] == "lost"
    await page.leave()


async def test_a_check_that_was_left_long_ago_is_not_on_the_wall(sitting: Sitting) -> None:
    before = timezone.now() - timedelta(minutes=11)
    await read(lambda: Session.objects.filter(pk=sitting.session.pk).update(created_at=before))
    page = await wall(sitting, sitting.people.proctor).open()
    assert (await page.expect("sessions"))["sessions"] == []
    candidate = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    assert (await page.expect("session"))["session"]["connection"] == "checking"
    await candidate.leave()
    await page.leave()


@pytest.mark.parametrize("who", ["author", "candidate", "foreign_proctor"])
async def test_others_are_refused(sitting: Sitting, who: str) -> None:
    for page in (
        wall(sitting, getattr(sitting.people, who)),
        session_page(sitting.session.pk, getattr(sitting.people, who)),
    ):
        await page.open()
        assert await page.closed() == 4403


async def test_whoever_is_not_signed_in_is_told_so(sitting: Sitting) -> None:
    page = await wall(sitting, None).open()
    assert await page.closed() == 4401


@pytest.mark.parametrize("gone", ["signed out", "deactivated", "role taken"])
async def test_an_open_page_is_closed_once_its_reader_may_not_see_it(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    monkeypatch.setattr(presence, "ANNOUNCE_SECONDS", 0.01)
    proctor = sitting.people.proctor
    page = await wall(sitting, proctor).open()
    await page.expect("sessions")
    if gone == "signed out":
        await read(lambda: DjangoSession.objects.all().delete())
    elif gone == "deactivated":
        await read(lambda: User.objects.filter(pk=proctor.pk).update(is_active=False))
    else:
        await read(lambda: proctor.memberships.all().delete())
    assert await page.closed() == (4403 if gone == "role taken" else 4401)


async def test_a_page_lives_on_when_the_list_could_not_be_read_for_a_while(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "ANNOUNCE_SECONDS", 0.01)
    page = await wall(sitting, sitting.people.proctor).open()
    await page.expect("sessions")
    await read(lambda: rename("proctoring_session", "proctoring_session_away"))
    try:
        await asyncio.sleep(0.2)  # several times the list is read again
    finally:
        await read(lambda: rename("proctoring_session_away", "proctoring_session"))
    await read(lambda: Session.objects.update(connected=True, state=Session.State.LIVE))
    assert (await page.expect("session"))["session"]["connection"] == "live"
    await page.leave()


def rename(table: str, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {name}")


async def test_a_frame_is_on_the_wall_as_soon_as_it_was_looked_at(sitting: Sitting, candidate: CandidatePage) -> None:
    page = await wall(sitting, sitting.people.proctor).open()
    (shown,) = (await page.expect("sessions"))["sessions"]
    assert shown["connection"] == "checking"
    await candidate.frame(clutter())
    while shown["frame_seq"] != 1:
        shown = (await page.expect("session"))["session"]
    assert shown["warnings"] == ["no_face"]
    assert shown["last_frame_ms"] is not None
    newest = frames.newest(sitting.session.pk)
    assert newest is not None
    assert newest.jpeg == clutter()
    await page.leave()


async def test_the_session_s_own_page_gets_what_was_seen(sitting: Sitting, candidate: CandidatePage) -> None:
    page = await session_page(sitting.session.pk, sitting.people.proctor).open()
    (shown,) = (await page.expect("sessions"))["sessions"]
    assert set(shown) == S_KEYS | {"observation", "looking_away"}
    await candidate.frame(clip_frames("head_turns")[0].read_bytes())
    while shown["observation"] is None:
        shown = (await page.expect("session"))["session"]
    assert len(shown["observation"]["faces"]) == 1
    assert "timings" not in shown["observation"]
    await page.leave()


async def test_an_event_and_the_new_risk_are_told_at_once(sitting: Sitting, candidate: CandidatePage) -> None:
    from tests.live.test_watching import start

    pages = [
        await wall(sitting, sitting.people.proctor).open(),
        await session_page(sitting.session.pk, sitting.people.reviewer).open(),
    ]
    await start(candidate)
    await candidate.signal("hidden")
    for page in pages:
        told = await page.expect("event")
        while told["event"]["event"] != "TAB_SWITCH":
            told = await page.expect("event")
        assert told["session"] == str(sitting.session.pk)
        assert tuple(told["event"])[: len(KEYS)] == KEYS
        assert told["event"]["sentence"]
        assert told["event"]["snapshot_url"].startswith("http://127.0.0.1/")
        risk = await page.expect("risk")
        assert (risk["session"], risk["risk"]) == (str(sitting.session.pk), 5)
        await page.leave()


async def test_a_candidate_who_leaves_is_shown_as_lost(sitting: Sitting, candidate: CandidatePage) -> None:
    page = await wall(sitting, sitting.people.proctor).open()
    await page.expect("sessions")
    await candidate.leave()
    shown = (await page.expect("session"))["session"]
    while shown["connection"] != "lost":
        shown = (await page.expect("session"))["session"]
    await page.leave()


async def test_nothing_is_published_when_nobody_looks(sitting: Sitting, candidate: CandidatePage) -> None:
    from proctoring.live import presence

    publisher = presence.connected[sitting.session.pk].publisher
    assert publisher.watchers() == []
    page = await wall(sitting, sitting.people.proctor).open()
    await page.expect("session")
    assert publisher.watchers() == [presence.WALL]
    await page.leave()


async def test_a_foreign_page_cannot_listen(sitting: Sitting) -> None:
    with pytest.raises(Closed):
        await Page(
            f"/ws/proctor/exams/{sitting.exam.pk}/", user=sitting.people.proctor, origin=b"https://evil.example"
        ).open()


async def test_what_another_process_says_of_its_candidates_stands(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "ANNOUNCE_SECONDS", 0.01)
    stored = Session.objects.filter(pk=sitting.session.pk)
    await read(lambda: stored.update(connected=True, state=Session.State.LIVE))
    page = await wall(sitting, sitting.people.proctor).open()
    (shown,) = (await page.expect("sessions"))["sessions"]
    assert shown["connection"] == "live"
    layer = get_channel_layer()
    assert layer is not None
    payload = {"type": "session", "session": {**shown, "connection": "camera_off"}}
    await layer.group_send(presence.wall_group(sitting.exam.pk), {"type": "to.page", "payload": payload})
    assert (await page.expect("session"))["session"]["connection"] == "camera_off"
    await asyncio.sleep(0.2)  # several times the list is read again; the database knows nothing of cameras
    await read(lambda: stored.update(connected=False))
    assert (await page.expect("session"))["session"]["connection"] == "lost"
    await page.leave()


async def test_who_has_the_page_of_a_session_open_is_told_of_a_statement_and_not_its_words(sitting: Sitting) -> None:
    await read(partial(hand_in_and_end, sitting))
    page = await session_page(sitting.session.pk, sitting.people.proctor).open()
    (shown,) = (await page.expect("sessions"))["sessions"]
    assert shown["connection"] == "ended"
    attempt = sitting.session.attempt_id
    assert attempt is not None
    await read(partial(services.give_statement, sitting.candidate, attempt, "My words.", client_id=uuid4()))
    assert await page.expect("statement") == {
        "type": "statement",
        "session": str(sitting.session.pk),
        "statements": 1,
    }
    await page.leave()


def hand_in_and_end(sitting: Sitting) -> None:
    now = timezone.now()
    Attempt.objects.update(state=Attempt.State.SUBMITTED, submitted_at=now)
    Session.objects.update(state=Session.State.ENDED, ended_at=now)
