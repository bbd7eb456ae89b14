"""What was measured of head and eyes may stand for a while: never while it matters, and it changes no event."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from proctoring.observation import Observation
from proctoring.risk.engine import Engine
from proctoring.risk.policy import Policy
from tests.risk.scenes import DARK, NEUTRAL, away, seen, told


def measured(observation: Observation, *, at: float = 0.0) -> Engine:
    """An engine that has seen one picture."""
    engine = Engine(Policy(), NEUTRAL)
    engine.observe(at, observation)
    return engine


def standing(observation: Observation) -> Observation:
    assert observation.pose is not None
    return replace(observation, pose=replace(observation.pose, source="stands"))


def test_it_stands_for_less_than_two_seconds() -> None:
    engine = measured(seen())
    stood = []
    for step in range(1, 13):
        time = step * 0.5
        may = engine.pose_may_stand(time)
        engine.observe(time, standing(seen()) if may else seen())
        stood.append(may)
    assert stood == [True, True, True, False] * 3


@pytest.mark.parametrize(
    "observation",
    [
        away(),
        seen(yaw=4.0 + 18.0),  # 25 is away
        seen(pitch=-9.0 + 18.0),  # 25 is away
        seen(horizontal=0.5 + 0.06),  # 0.07 is away
        seen(vertical=0.06 + 0.06),
        seen(mesh=False),
        seen(faces=0),
        seen(faces=2),
        seen(quality=DARK),
        seen(phone=True),
    ],
)
def test_it_does_not_where_something_holds_may_begin_to_or_is_not_known(observation: Observation) -> None:
    assert not measured(observation).pose_may_stand(0.5)


def test_it_does_not_after_a_condition_until_that_has_ended() -> None:
    engine = measured(away())
    engine.observe(0.5, seen())
    assert not engine.pose_may_stand(1.0)
    engine.observe(1.0, seen())
    assert engine.pose_may_stand(1.5)


def test_a_session_that_learns_its_neutral_measures_every_picture() -> None:
    engine = Engine(Policy(), None)
    may = []
    for step in range(124):
        may.append(engine.pose_may_stand(step * 0.5))
        engine.observe(step * 0.5, seen())
    assert not any(may[:121])
    assert may[121]


def test_what_stands_is_no_sample_of_the_neutral() -> None:
    learning, given = Engine(Policy(), None), Engine(Policy(), None)
    for step in range(60):
        learning.observe(step * 0.5, seen())
        given.observe(step * 0.5, standing(seen()))
    assert learning.neutral is not None
    assert given.neutral is None


def test_away_is_away_though_it_stands() -> None:
    plain, standing_engine = Engine(Policy(), NEUTRAL), Engine(Policy(), NEUTRAL)
    for step in range(8):
        events = plain.observe(step * 0.5, away()).events
        assert told(standing_engine.observe(step * 0.5, standing(away())).events) == told(events)
    assert standing_engine.risk_total == 6


def test_it_stands_after_a_restart_as_before() -> None:
    engine = measured(seen())
    restored = Engine.restore(Policy(), json.loads(json.dumps(engine.state())))
    assert restored.pose_may_stand(0.5)
    assert not restored.pose_may_stand(2.0)
    older = engine.state()
    del older["values"]["measured_at"], older["values"]["settled"]
    assert not Engine.restore(Policy(), older).pose_may_stand(0.5)
