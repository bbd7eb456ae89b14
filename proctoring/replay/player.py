"""Plays a clip as one sitting: calibration on its first seconds, then the whole clip under watch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from proctoring.replay.client import CandidateClient
from proctoring.replay.clips import Clip

Say = Callable[[str], None]
CALIBRATION_ROUNDS = 3  # a clip whose first seconds are short is shown again, as a candidate would keep still


class NoNeutralPose(Exception):
    """The calibration failed: in the clip's first seconds nobody looks at the camera."""


@dataclass
class Played:
    sent: int = 0
    analysed: int = 0
    refused: list[str] = field(default_factory=list)


async def calibrate(client: CandidateClient, clip: Clip, *, seconds: float, clock_ms: float) -> None:
    """Shows the clip's first seconds, every picture, each after the last one's verdict, for
    ``CALIBRATION_ROUNDS`` times ``seconds`` of capture time. Raises NoNeutralPose with the server's sentence."""
    await client.send({"type": "calibrate", "action": "start"})
    state = await client.expect("calibration")
    for _ in range(CALIBRATION_ROUNDS):
        for frame in clip.sample(until=seconds):
            await client.frame(frame.jpeg, capture_ms=clock_ms + frame.time * 1000)
        clock_ms += seconds * 1000
    await client.send({"type": "calibrate", "action": "finish"})
    while state["state"] == "collecting":
        state = await client.expect("calibration")
    if state["state"] == "failed":
        raise NoNeutralPose(state["message"])


async def play(
    client: CandidateClient, clip: Clip, *, interval: float, speed: float, clock_ms: float, say: Say = lambda _: None
) -> Played:
    """Starts watching and sends what a camera would have shown every ``interval`` seconds.

    Capture times are the clip's own and every frame waits for the last one's verdict, none is left out: the server sees
    the same at any speed, so it records the same events. A ``speed`` the server cannot follow only takes longer.
    """
    await client.send({"type": "start"})
    await client.expect("started")
    played, began = Played(), time.monotonic()
    for frame in clip.sample(interval):
        await asyncio.sleep(max(0.0, began + frame.time / speed - time.monotonic()))
        answer = await client.frame(frame.jpeg, capture_ms=clock_ms + frame.time * 1000)
        played.sent += 1
        played.analysed += bool(answer.get("analysed"))
        describe(answer, frame.time, played, say)
    return played


def describe(answer: dict[str, Any], at: float, played: Played, say: Say) -> None:
    if answer["type"] == "frame_error":
        played.refused.append(answer["message"])
        say(f"{at:7.1f} s  refused: {answer['message']}")
    elif not answer["analysed"]:
        say(f"{at:7.1f} s  not analysed: {answer['reason']}")
    elif answer["warnings"]:
        say(f"{at:7.1f} s  {', '.join(answer['warnings'])}")
