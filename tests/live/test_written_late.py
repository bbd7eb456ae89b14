"""What a connection could not write is tried again, now and then, also when the connection is over."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils import timezone
from pytest_django import Settings

from exams.models import Attempt
from proctoring.evidence import snapshots, verify, waiting
from proctoring.live import candidate, ledger, presence, session
from proctoring.live.database import read
from proctoring.models import Event, Session
from proctoring.risk.policy import DEFAULT_RULES, Policy
from tests.live.conftest import Sitting
from tests.live.pages import CandidatePage
from tests.live.pictures import clutter
from tests.live.test_database_away import nothing_is_written
from tests.live.test_gaps import START, watched
from tests.live.waiting import until

PATIENCE = 30.0


@pytest.fixture
def disk(settings: Settings, tmp_path: Path) -> Path:
    """A disk that takes no picture as long as this file is there: it lies where their folder would."""
    place = tmp_path / "media"
    place.touch()
    settings.MEDIA_ROOT = place
    return place


def begin(sitting: Sitting) -> None:
    """The exam runs, and nobody in view counts after 0.2 s."""
    now = timezone.now()
    rules = {**DEFAULT_RULES, "NO_FACE": replace(DEFAULT_RULES["NO_FACE"], hold_seconds=0.2, cooldown_seconds=600.0)}
    live = {"state": Session.State.LIVE, "started_at": now, "policy": Policy(rules=rules).as_dict()}
    Session.objects.filter(pk=sitting.session.pk).update(**live)
    Attempt.objects.update(started_at=now, deadline=now + timedelta(hours=1))


def names(sitting: Sitting) -> list[str]:
    events = Event.objects.filter(session=sitting.session, name__in=["NO_FACE", "COPY"])
    return sorted(events.values_list("name", flat=True))


async def until_written(sitting: Sitting, wanted: list[str]) -> None:
    for _ in range(round(PATIENCE / 0.1)):
        if await read(partial(names, sitting)) == wanted:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"Written was {await read(partial(names, sitting))}.")


async def test_while_the_storage_takes_no_picture_events_are_written_with_theirs(sitting: Sitting, disk: Path) -> None:
    """At once: whatever becomes of this process, or of this connection, they are there."""
    await read(partial(begin, sitting))
    page = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    live = presence.connected[sitting.session.pk].live
    for _ in range(100):
        await page.frame(clutter())
        if live.risk_total:
            break
        await asyncio.sleep(0.1)
    await until_written(sitting, ["NO_FACE"])
    await page.leave()

    def checked() -> tuple[bytes, list[verify.Finding]]:
        event = Event.objects.get(session=sitting.session, name="NO_FACE")
        return snapshots.read(event.snapshot), list(verify.check(Session.objects.get(pk=sitting.session.pk)))

    first, findings = await read(checked)
    assert findings == []
    disk.unlink()
    assert await read(waiting.move) == 1
    assert len(list(disk.rglob("NO_FACE_*.jpg"))) == 1
    assert await read(checked) == (first, [])


async def test_who_is_replaced_by_a_page_that_could_not_open_either_loses_no_event(
    sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidate, "SAVE_AGAIN_SECONDS", 0.1)
    await read(partial(begin, sitting))
    page = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    live = presence.connected[sitting.session.pk].live
    live.record(ledger.flood(1), now=timezone.now().timestamp())
    newer = CandidatePage(sitting.session.pk, sitting.candidate)
    tries = 3 + 2  # the older page's: together, together again, alone; and the newer one's, once and again
    with nothing_is_written(tries) as written:
        with suppress(OperationalError):
            await newer.open()
        await until(lambda: bool(written), PATIENCE)
    await page.leave()
    found = Event.objects.filter(session=sitting.session, name=ledger.flood(1).name)
    assert await read(found.count) == 1


def test_what_could_not_be_written_is_not_tried_with_every_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    live = watched()
    live.record(ledger.flood(1), now=START + 1)
    hurries = [live.has_events]
    live.take_back(live.commit())
    hurries.append(live.has_events)
    monkeypatch.setattr(session, "SAVE_SECONDS", 0.0)  # they have passed
    hurries.append(live.has_events)
    monkeypatch.undo()
    live.commit()
    live.record(ledger.flood(1), now=START + 2)
    hurries.append(live.has_events)  # nothing waits any more as soon as writing works again
    assert hurries == [True, False, True, True]
