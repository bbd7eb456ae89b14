"""A connection ends while the database is away: what it had to say is written when the database is back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models.signals import post_save

from proctoring.live import candidate
from proctoring.live.database import read
from proctoring.models import Session
from tests.live.conftest import Sitting
from tests.live.pages import CandidatePage
from tests.live.waiting import until


@contextmanager
def nothing_is_written(times: int) -> Iterator[list[int]]:
    """Each writing of a session fails, so many times. How often it has not."""
    written = []

    def refuse(**_: Any) -> None:
        nonlocal times
        times -= 1
        if times >= 0:
            raise OperationalError("server closed the connection unexpectedly")
        written.append(1)

    post_save.connect(refuse, sender=Session)
    try:
        yield written
    finally:
        post_save.disconnect(refuse, sender=Session)


async def test_who_leaves_meanwhile_is_written_as_gone_afterwards(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidate, "SAVE_AGAIN_SECONDS", 0.05)
    page = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    await page.signal("copy")
    tries = 3  # together, together again, and alone
    with nothing_is_written(tries) as written:
        await page.leave()
        await until(lambda: bool(written))

    def gone() -> bool:
        return not Session.objects.get(pk=sitting.session.pk).connected

    assert await read(gone)
