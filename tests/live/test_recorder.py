"""One thread writes for all sessions: together, in order, and one that fails costs the others nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from uuid import uuid4

import pytest

from proctoring import services
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
