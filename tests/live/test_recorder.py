"""One thread writes for all sessions: together, in order, and one that fails costs the others nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import InterfaceError, OperationalError, transaction
from django.db.models.signals import post_save

from proctoring import services
from proctoring.evidence import verify
from proctoring.live import ledger
from proctoring.live.database import read
from proctoring.live.recorder import Recorder
from proctoring.models import Event, Session
from proctoring.services import Commit, Drafted
from tests import factories


@pytest.fixture
async def recorder(transactional_db: None) -> AsyncIterator[Recorder]:
    recorder = Recorder()
    yield recorder
    await asyncio.to_thread(recorder.close)


@pytest.fixture
def sessions(transactional_db: None) -> list[Session]:
    return [factories.session(connection_epoch=1, kind=Session.Kind.REPLAY) for _ in range(5)]


def one_entry(session: Session, *, epoch: int = 1) -> Commit:
    draft = ledger.replaced().before_watching(time=1_700_000_000.0, risk_total=0)
    return Commit(session_id=session.pk, epoch=epoch, drafts=[Drafted(draft)])


async def test_many_sessions_are_written_together(recorder: Recorder, sessions: list[Session]) -> None:
    written = await asyncio.gather(*(recorder.commit(one_entry(session)) for session in sessions))
    assert [events[0].session_id for events in written] == [session.pk for session in sessions]
    assert await read(Event.objects.count) == 5


async def test_one_that_is_refused_costs_the_others_nothing(recorder: Recorder, sessions: list[Session]) -> None:
    stale = recorder.commit(one_entry(sessions[0], epoch=7))
    fine = recorder.commit(one_entry(sessions[1]))
    with pytest.raises(services.StaleConnection):
        await stale
    assert len(await fine) == 1


async def test_a_function_runs_after_what_was_given_before_it(recorder: Recorder, sessions: list[Session]) -> None:
    writing = recorder.commit(one_entry(sessions[0]))
    connection = await recorder.call(partial(services.open_connection, sessions[0].pk))
    assert connection.epoch == 2
    assert len(await writing) == 1


async def test_what_a_function_raises_reaches_whoever_asked(recorder: Recorder, sessions: list[Session]) -> None:
    with pytest.raises(Session.DoesNotExist):
        await recorder.call(partial(services.open_connection, uuid4()))
    assert len(await recorder.commit(one_entry(sessions[1]))) == 1


async def test_what_is_not_urgent_is_written_all_the_same(recorder: Recorder, sessions: list[Session]) -> None:
    assert len(await recorder.commit(one_entry(sessions[0]), urgent=False)) == 1


async def test_closing_writes_what_waits(recorder: Recorder, sessions: list[Session]) -> None:
    waiting = recorder.commit(one_entry(sessions[0]), urgent=False)
    await asyncio.to_thread(recorder.close)
    assert len(await waiting) == 1


@contextmanager
def answers_get_lost(*errors: Exception) -> Iterator[None]:
    """The database goes away once for each error, just after it has written a session, and is back at once."""
    left = list(errors)

    def fail(error: Exception) -> None:
        raise error

    def lose(**_: Any) -> None:
        if left:
            transaction.on_commit(partial(fail, left.pop(0)))

    post_save.connect(lose, sender=Session)
    try:
        yield
    finally:
        post_save.disconnect(lose, sender=Session)


@pytest.mark.parametrize("error", [OperationalError("server closed the connection"), InterfaceError("closed")])
async def test_what_was_written_before_the_database_went_away_is_not_written_twice(
    recorder: Recorder, sessions: list[Session], error: Exception
) -> None:
    with answers_get_lost(error):
        written = await asyncio.gather(*(recorder.commit(one_entry(session)) for session in sessions))
    assert [event.session_id for [event] in written] == [session.pk for session in sessions]
    assert await read(Event.objects.count) == 5
    assert await read(lambda: [finding for session in sessions for finding in verify.check(session)]) == []


async def test_when_it_goes_away_again_each_is_tried_alone(recorder: Recorder, sessions: list[Session]) -> None:
    with answers_get_lost(OperationalError("gone"), OperationalError("gone again")):
        assert len(await recorder.commit(one_entry(sessions[0]))) == 1
    assert await read(Event.objects.count) == 1


async def test_a_function_is_called_again_when_the_database_is_back(
    recorder: Recorder, sessions: list[Session]
) -> None:
    with answers_get_lost(OperationalError("gone")):
        connection = await recorder.call(partial(services.open_connection, sessions[0].pk))
    await read(partial(sessions[0].refresh_from_db, fields=["connection_epoch"]))
    assert connection.epoch == sessions[0].connection_epoch == 3
