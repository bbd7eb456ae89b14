"""People far away are looked for every two seconds, and in each picture while several people are in view."""

from __future__ import annotations

from dataclasses import replace

from proctoring.observation import Looks
from proctoring.risk.engine import Engine
from proctoring.risk.policy import Policy
from tests.risk.scenes import NEUTRAL, seen

START = 1_767_788_963.0


def far_looks(engine: Engine, count: int, *, far_faces: int = 0, fps: float = 2.0) -> list[bool]:
    """Whether each of ``count`` pictures was searched; ``far_faces`` people stand where only that shows them."""
    looked = []
    for index in range(count):
        time = START + index / fps
        far = Looks.FAR_FACES in engine.wants(time)
        looked.append(far)
        engine.observe(time, replace(seen(faces=1 + (far_faces if far else 0)), looked_far=far))
    return looked


def test_every_two_seconds_while_the_candidate_is_alone() -> None:
    assert far_looks(Engine(Policy(), NEUTRAL), 9) == [True, False, False, False] * 2 + [True]


def test_in_each_picture_while_somebody_is_there_so_that_two_seconds_of_it_are_seen() -> None:
    engine = Engine(Policy(), NEUTRAL)
    assert far_looks(engine, 6, far_faces=1) == [True] * 6
    assert engine.risk_total == 10


def test_it_survives_a_restart() -> None:
    engine = Engine(Policy(), NEUTRAL)
    far_looks(engine, 1)
    again = Engine.restore(Policy(), engine.state())
    assert Looks.FAR_FACES not in again.wants(START + 0.5)
    assert Looks.FAR_FACES in again.wants(START + 2.0)


def test_where_the_server_asks_for_fewer_pictures_as_many_of_them_are_searched() -> None:
    engine, searched = Engine(Policy(), NEUTRAL), []
    for index in range(9):
        time, asked = START + index * 2.0, 2.0
        far = Looks.FAR_FACES in engine.wants(time, asked=asked)
        searched.append(far)
        engine.observe(time, replace(seen(), looked_far=far), asked=asked)
    assert searched == [True, False, False, False] * 2 + [True]
