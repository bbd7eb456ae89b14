"""A session holds as much after hours as after minutes, whoever looks at it and whatever happens in it."""

from __future__ import annotations

import gc
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any
from uuid import uuid4

import pytest

from proctoring.live.session import LiveSession
from proctoring.services import PendingSignal
from tests.live.test_gaps import START, watched
from tests.risk.scenes import seen

SHARED = (type, ModuleType, FunctionType, BuiltinFunctionType)
PICTURES = 600
TABS_EVERY = 4  # what is remembered of other tabs has its full length after some hundred of them


def things_in(live: LiveSession) -> int:
    """How many objects hang together with the session."""
    found: dict[int, Any] = {}
    waiting: list[Any] = [live]
    while waiting:
        thing = waiting.pop()
        if id(thing) not in found and not isinstance(thing, SHARED):
            found[id(thing)] = thing
            waiting += gc.get_referents(thing)
    return len(found)


def sit(live: LiveSession, numbers: range) -> None:
    """Somebody who looks away, is gone, has company or a phone now and then, and changes tabs; a picture a second."""
    for number in numbers:
        observation = seen(
            faces=(1, 1, 0, 1, 2, 1)[number // 7 % 6],
            yaw=50.0 if number // 5 % 9 == 0 else 4.0,
            phone=number // 8 % 10 == 0 if number % 5 == 0 else None,
        )
        at = START + 1 + number
        live.observed(observation, jpeg=b"%d" % number, sequence=number, at=at)
        if number % TABS_EVERY == 0:
            live.apply([PendingSignal(uuid4(), "hidden", at - 0.9), PendingSignal(uuid4(), "visible", at - 0.4)])
        if number % 10 == 0:
            live.commit()


@pytest.mark.parametrize("watching", [True, False])
def test_hours_leave_no_more_than_minutes(watching: bool) -> None:
    live = watched()
    if not watching:
        live.engine = None  # still in the check before the exam
    sit(live, range(PICTURES))
    before = things_in(live)
    sit(live, range(PICTURES, 3 * PICTURES))
    assert things_in(live) < before + 200  # 1,200 pictures more
