"""A serving process says that it serves; when its loop or its database stops, so does that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from exams.models import Heartbeat, Outage
from proctor_site import heartbeat
from proctoring.live.database import read


def alive_at() -> datetime | None:
    return Heartbeat.objects.values_list("alive_at", flat=True).first()


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    for _ in range(round(seconds / 0.02)):
        if await read(condition):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("This did not come true.")


@pytest.mark.django_db(transaction=True)
async def test_it_beats_again_and_again(settings: Any) -> None:
    settings.PROCTOR_OUTAGE_SECONDS = 0.3
    keeping = asyncio.get_running_loop().create_task(heartbeat.keep())
    await until(alive_at)
    first = await read(alive_at)
    assert first is not None
    await until(lambda: (alive_at() or first) > first)
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping


@pytest.mark.django_db(transaction=True)
def test_a_database_that_does_not_answer_is_said_in_the_log_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE exams_heartbeat RENAME TO elsewhere")
    try:
        heartbeat.beat()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO exams_heartbeat")
    assert "No heartbeat could be written" in caplog.text
    Heartbeat.objects.create(pk=1, alive_at=timezone.now() - timedelta(minutes=1))
    heartbeat.beat()
    assert Outage.objects.count() == 1
