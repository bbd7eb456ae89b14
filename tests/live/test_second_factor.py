"""Proctors' sockets where the institution wants a second factor of its staff."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async

from exams.models import Institution
from proctoring.live import codes
from tests.accounts.codes import app_of
from tests.live.conftest import Sitting
from tests.live.pages import CandidatePage, Closed, Page


def demand(sitting: Sitting) -> None:
    Institution.objects.filter(pk=sitting.exam.institution_id).update(staff_two_factor=True)


async def close_code(page: Page) -> int:
    with pytest.raises(Closed) as closed:
        await page.receive()
    return closed.value.code


@pytest.mark.parametrize("path", ["exams/{exam}/", "sessions/{session}/"])
@pytest.mark.parametrize("has_one", [True, False])
async def test_a_password_alone_opens_none(sitting: Sitting, path: str, has_one: bool) -> None:
    """Neither for who has yet to set it up, nor for who has one and did not show it in this session."""
    await sync_to_async(demand)(sitting)
    if has_one:
        await sync_to_async(app_of)(sitting.people.proctor)
    address = "/ws/proctor/" + path.format(exam=sitting.exam.pk, session=sitting.session.pk)
    page = await Page(address, user=sitting.people.proctor).open()
    assert await close_code(page) == codes.NO_SECOND_FACTOR


async def test_an_open_one_closes_when_it_is_demanded(sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proctoring.live.presence.ANNOUNCE_SECONDS", 0.05)
    page = await Page(f"/ws/proctor/exams/{sitting.exam.pk}/", user=sitting.people.proctor).open()
    await page.expect("sessions")
    await sync_to_async(demand)(sitting)
    with pytest.raises(Closed) as closed:
        while True:
            await page.receive()
    assert closed.value.code == codes.NO_SECOND_FACTOR


async def test_candidates_are_let_in(sitting: Sitting) -> None:
    await sync_to_async(demand)(sitting)
    page = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    assert page.welcome["session"] == str(sitting.session.pk)
    await page.leave()
