"""The binary message of a candidate's page: header, and the time its frame is dated to."""

from __future__ import annotations

import math
import struct
from uuid import UUID

from proctoring.live.clock import MAX_AGE_SECONDS, FrameClock, ReplayClock
from proctoring.live.wire import HEADER, MAGIC, WireError, pack_frame, unpack_frame
from tests.fuzz.target import Take, Target

SESSION = UUID("0f7a1d3e-5b2c-4e6f-8a90-1b2c3d4e5f60")
NOW = 1_800_000_000.0  # Unix seconds


def start() -> Take:
    return take


def take(data: bytes) -> bool:
    try:
        frame = unpack_frame(data)
    except WireError as error:
        assert error.code == "bad_header"
        assert str(error).endswith(".")
        return False
    assert 1 <= frame.sequence < 2**32
    assert math.isfinite(frame.captured_ms)
    assert pack_frame(frame.session_id, frame.sequence, frame.captured_ms, frame.jpeg) == data
    captured, clock, before = frame.captured_ms / 1000, FrameClock(), 0.0
    for received in (NOW, NOW + 0.5, NOW + 70):
        at = clock.time_of(captured=captured, received=received)
        assert max(before, received - MAX_AGE_SECONDS) <= at <= received
        before = at
    replay = ReplayClock()
    assert replay.time_of(captured=captured, received=NOW) <= replay.time_of(captured=captured, received=NOW + 1)
    return True


def seeds() -> list[bytes]:
    frames = [
        pack_frame(SESSION, 1, 1_767_788_935_000.0, b"\xff\xd8\xff\xd9"),
        pack_frame(SESSION, 2**32 - 1, 0.0, b""),
    ]
    odd = [HEADER.pack(MAGIC, SESSION.bytes, 1, at) for at in (math.nan, math.inf, -1.0, 5e-324, 1.7e308)]
    return [*frames, *odd, b"", MAGIC, HEADER.pack(b"PRF2", SESSION.bytes, 1, 1.0), struct.pack(">4s16s", MAGIC, b"")]


TARGET = Target("binary frames: header and clock", start, seeds, longest=128, seconds=1.0)
