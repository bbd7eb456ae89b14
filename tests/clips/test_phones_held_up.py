"""Stills of one man at his webcam, three seconds each: a phone he holds up is recorded, a wallet is not."""

from __future__ import annotations

from proctoring.evaluation.playing import looked_at
from proctoring.risk.engine import Engine
from proctoring.risk.policy import NO_FACE, PHONE_DETECTED, Policy
from tests.clips.conftest import Clip
from tests.risk.scenes import NEUTRAL

START, SECONDS_EACH, PACE = 1_767_788_963.0, 3, 0.5


def recorded(clip: Clip, name: str) -> list[str]:
    engine, names, time = Engine(Policy(), NEUTRAL), [], START
    for observation in clip(name, every=1):
        for _ in range(round(SECONDS_EACH / PACE)):
            step = engine.observe(time, looked_at(observation, engine.wants(time)))
            names += [event.name for event in step.events]
            time += PACE
    return names


def test_a_phone_held_up_is_recorded(clip: Clip) -> None:
    assert recorded(clip, "phone_at_webcam").count(PHONE_DETECTED) >= 2


def test_a_wallet_or_an_earbud_case_held_up_is_not(clip: Clip) -> None:
    assert PHONE_DETECTED not in recorded(clip, "wallet_at_webcam")


def test_an_arm_that_holds_a_phone_into_the_picture_is_recorded_as_nobody(clip: Clip) -> None:
    """The weights are not sure enough of this phone (docs/phones.md)."""
    assert set(recorded(clip, "phone_in_hand")) == {NO_FACE}
