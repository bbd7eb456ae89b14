"""The binary message: what was packed comes back, anything else is refused with a code and never an exception."""

from __future__ import annotations

import math
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctoring.live.wire import HEADER, MAGIC, MAX_SEQUENCE, Frame, WireError, pack_frame, unpack_frame

SESSION = UUID("0f7a1d3e-5b2c-4e6f-8a90-1b2c3d4e5f60")


def test_the_layout_is_the_documented_one() -> None:
    assert HEADER.size == 32
    message = pack_frame(SESSION, 258, 1.0, b"jpeg")
    assert message[:4] == b"PRF1"
    assert message[4:20] == SESSION.bytes
    assert message[20:24] == b"\x00\x00\x01\x02"
    assert message[24:32] == b"\x3f\xf0" + bytes(6)
    assert message[32:] == b"jpeg"


@given(st.uuids(), st.integers(1, MAX_SEQUENCE), st.floats(0, 1e14), st.binary(max_size=64))
@settings(max_examples=100, deadline=None)
def test_what_was_packed_comes_back(session_id: UUID, sequence: int, captured_ms: float, jpeg: bytes) -> None:
    assert unpack_frame(pack_frame(session_id, sequence, captured_ms, jpeg)) == Frame(
        session_id, sequence, captured_ms, jpeg
    )


@given(st.one_of(st.binary(max_size=80), st.binary(max_size=60).map(lambda rest: MAGIC + rest)))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_frame_or_a_refusal(data: bytes) -> None:
    try:
        frame = unpack_frame(data)
    except WireError as error:
        assert error.code == "bad_header"
    else:
        assert frame.sequence >= 1
        assert math.isfinite(frame.captured_ms)


@pytest.mark.parametrize("captured", [math.nan, math.inf, -1.0])
def test_a_capture_time_that_is_none_is_refused(captured: float) -> None:
    with pytest.raises(WireError):
        unpack_frame(HEADER.pack(MAGIC, SESSION.bytes, 1, captured))
