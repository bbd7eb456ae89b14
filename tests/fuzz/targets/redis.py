"""What a web process reads from Redis: verdicts and announcements of workers, and another process's live picture."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

import msgpack

from proctoring.analysis.remote_wire import (
    Announcement,
    pack_announcement,
    pack_verdict,
    unpack_announcement,
    unpack_verdict,
)
from proctoring.analysis.verdict import Analysed, NotAnalysed, Rejected, Verdict
from proctoring.observation import Box, Eyes, Face, HeadPose, ModelRef, Observation, Quality
from proctoring.vision.config import DetectorStatus
from tests.fuzz.mutation import mutate_bytes, mutate_json
from tests.fuzz.target import Take, Target

JUNK = (ValueError, KeyError, TypeError)  # what both say they raise, and their callers are ready for


def start() -> Take:
    return take


def take(data: bytes) -> bool:
    taken = False
    try:
        name, verdict, cpu_ms = unpack_verdict(data)
    except JUNK:
        pass
    else:
        use_verdict(name, verdict, cpu_ms)
        taken = True
    try:
        said = unpack_announcement(data)
    except JUNK:
        return taken
    {said.name: said.unix_time - 1.0}
    ", ".join([said.name, said.error, *(f"{each.name}: {each.reason}" for each in said.detectors)])
    return True


def use_verdict(name: str, verdict: Any, cpu_ms: float) -> None:
    """As RemotePool and what comes behind it do."""
    {}.pop(name, None)  # type: ignore[call-overload]
    assert cpu_ms * 1.0 is not None
    if isinstance(verdict, Analysed):
        observation = verdict.observation
        sum(observation.timings.values())
        assert observation.width + observation.height is not None
        round(observation.quality.brightness, 1)
        for face in observation.faces or ():
            assert face.box.area + sum(x + y for x, y in face.keypoints) is not None
        assert Observation.from_dict(observation.as_dict()) == observation or observation != observation
    elif isinstance(verdict, Rejected):
        verdict.code + verdict.sentence
    else:
        assert isinstance(verdict, NotAnalysed)
        verdict.reason.upper()


def observation() -> Observation:
    box = Box(0.4, 0.3, 0.2, 0.3, 0.9)
    return Observation(
        width=640,
        height=480,
        quality=Quality(120.0, 40.0, 200.0),
        faces=(Face(box, ((0.1, 0.2), (0.3, 0.4))), Face(box)),
        pose=HeadPose(1.0, 2.0, 3.0),
        eyes=Eyes(0.5, 0.0, 0.3),
        phones=(box,),
        models={"phone": ModelRef("phone-v7.pt", "ab" * 32)},
        timings={"decode": 1.5, "faces": 2.5},
    )


@cache
def seeds() -> list[bytes]:
    bare = Observation(width=1, height=1, quality=Quality(0.0, 0.0, 0.0))
    verdicts: list[Verdict] = [
        Analysed(observation()),
        Analysed(bare),
        Rejected("not_jpeg", "No."),
        NotAnalysed("worker_died"),
    ]
    status = (
        DetectorStatus("phone", ok=True, model=ModelRef("a", "b")),
        DetectorStatus("faces", ok=False, reason="No"),
    )
    said = [Announcement("host:1", 1_767_788_935.0, "", status), Announcement("host:2", 0.0, "OSError: gone", ())]
    return [*(pack_verdict("0f7a", verdict, 3.5) for verdict in verdicts), *map(pack_announcement, said)]


def mutate(data: bytes, longest: int, random: Random) -> bytes:
    """Mostly still MessagePack, and half of the time only a little else than an example."""
    if random.random() < 0.5:
        data = random.choice(seeds())
    if random.random() < 0.85:
        try:
            made = bytes(msgpack.packb(mutate_json(msgpack.unpackb(data), random)))
        except (ValueError, OverflowError, TypeError, KeyError):
            made = b""  # no MessagePack, or holds what it cannot
        if 0 < len(made) <= longest:
            return made
    return mutate_bytes(data, longest, random)


TARGET = Target("verdicts and announcements over Redis", start, seeds, longest=4_000, mutate=mutate)
