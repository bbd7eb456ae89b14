"""Who is connected, where several web processes serve: over a real Redis, which may forget everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from proctoring import services
from proctoring.live import connections
from proctoring.live.connections import Held, Holder
from proctoring.models import Session
from tests import factories
from tests.redis import RedisServer, running_redis

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def holders(server: RedisServer) -> Iterator[tuple[Holder, Holder]]:
    """Of two processes."""
    pair = Holder(server.url()), Holder(server.url())
    pair[0]._redis.flushdb()
    yield pair
    for holder in pair:
        holder.close()


def connected(**fields: Any) -> Session:
    return factories.session(connected=True, connection_epoch=3, **fields)


def held(session: Session) -> Held:
    return session.pk, session.connection_epoch


def is_connected(session: Session) -> bool:
    session.refresh_from_db()
    return session.connected


def test_who_is_held_by_another_process_stays_connected(holders: tuple[Holder, Holder]) -> None:
    here, there = holders
    session = connected()
    there.renew([held(session)])
    assert [here.look(), here.look()] == [0, 0]
    assert is_connected(session)


def test_who_was_held_by_a_process_that_died_is_lost(
    holders: tuple[Holder, Holder], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = holders
    session = connected()
    there.renew([held(session)])
    monkeypatch.setattr(connections, "GONE_SECONDS", -0.001)  # a moment later counts as long ago
    assert [here.look(), here.look()] == [0, 1]
    assert not is_connected(session)


def test_a_redis_that_has_forgotten_everything_costs_nobody_their_connection(holders: tuple[Holder, Holder]) -> None:
    here, there = holders
    session = connected()
    there.renew([held(session)])
    here._redis.flushdb()
    assert here.look() == 0
    there.renew([held(session)])
    assert [here.look(), here.look()] == [0, 0]
    assert is_connected(session)


def test_who_came_back_meanwhile_is_left_alone(holders: tuple[Holder, Holder]) -> None:
    here, _ = holders
    session = connected()
    here.look()
    Session.objects.filter(pk=session.pk).update(connection_epoch=4)
    assert services.forget_connections({held(session)}) == 0
    assert here.look() == 0
    assert is_connected(session)


def test_a_process_that_stood_still_takes_its_own_back(
    holders: tuple[Holder, Holder], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = holders
    session, ended = connected(), connected(state=Session.State.ENDED)
    assert [here.look(), here.look()] == [0, 2]
    there._renewed -= 100
    there.renew([held(session), held(ended)])
    assert is_connected(session)
    assert not is_connected(ended)
