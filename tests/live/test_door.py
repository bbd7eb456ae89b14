"""Who may open a candidate's socket; everybody else is told why by the close code."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.utils import timezone

from exams.models import User
from proctoring.live.database import read
from proctoring.models import Session
from tests.live.conftest import Sitting
from tests.live.pages import CandidatePage, Closed, Page


async def refusal(page: CandidatePage) -> int:
    with pytest.raises(Closed) as refused:
        await page.open()
    return refused.value.code


async def test_the_candidate_is_welcomed(sitting: Sitting) -> None:
    page = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    assert page.welcome["session"] == str(sitting.session.pk)
    assert page.welcome["state"] == "checking"
    assert page.welcome["frame_interval_ms"] == 500
    assert page.welcome["max_frame_bytes"] == 256 * 1024
    assert page.welcome["last_seq"] == 0
    assert page.welcome["calibrated"] is False
    assert page.welcome["detectors_off"] == {}
    await page.leave()


async def test_a_foreign_page_is_refused_at_the_handshake(sitting: Sitting) -> None:
    page = CandidatePage(sitting.session.pk, sitting.candidate, origin=b"https://evil.example")
    assert await refusal(page) == 1000  # before it was accepted: the browser sees HTTP 403


async def test_an_address_nobody_knows_is_refused_at_the_handshake(sitting: Sitting) -> None:
    with pytest.raises(Closed):
        await Page("/ws/nothing/here/", user=sitting.candidate).open()


async def test_whoever_is_not_signed_in_is_told_so(sitting: Sitting) -> None:
    assert await refusal(CandidatePage(sitting.session.pk, None)) == 4401


@pytest.mark.parametrize(
    "who",
    [
        lambda sitting: sitting.people.other_candidate,
        lambda sitting: sitting.people.proctor,
        lambda sitting: sitting.people.superuser,
    ],
)
async def test_nobody_else_may_send_for_the_candidate(sitting: Sitting, who: Callable[[Sitting], User]) -> None:
    assert await refusal(CandidatePage(sitting.session.pk, who(sitting))) == 4403


async def test_a_session_that_does_not_exist_is_refused_in_the_same_way(sitting: Sitting) -> None:
    assert await refusal(CandidatePage(uuid4(), sitting.candidate)) == 4403


async def test_without_consent_nothing_is_taken(sitting: Sitting) -> None:
    await change(sitting, withdraw)
    assert await refusal(CandidatePage(sitting.session.pk, sitting.candidate)) == 4409


async def test_after_the_end_nothing_is_taken(sitting: Sitting) -> None:
    await change(sitting, end)
    assert await refusal(CandidatePage(sitting.session.pk, sitting.candidate)) == 4410


def withdraw(session: Session) -> None:
    assert session.consent is not None
    session.consent.withdrawn_at = timezone.now()
    session.consent.save()


def end(session: Session) -> None:
    session.state, session.ended_at = Session.State.ENDED, timezone.now()
    session.save()


async def change(sitting: Sitting, how: Callable[[Session], None]) -> None:
    await read(lambda: how(Session.objects.select_related("consent").get(pk=sitting.session.pk)))
