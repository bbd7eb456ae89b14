"""The newest frame of each session is kept in memory until the session ends."""

from __future__ import annotations

from uuid import uuid4

from proctoring.live import frames


def test_the_newest_frame_replaces_the_one_before() -> None:
    session = uuid4()
    frames.keep(session, jpeg=b"1", sequence=1, unix_ms=1000)
    frames.keep(session, jpeg=b"2", sequence=2, unix_ms=1500)
    newest = frames.newest(session)
    assert newest is not None
    assert (newest.jpeg, newest.sequence, newest.unix_ms) == (b"2", 2, 1500)


def test_nothing_is_left_of_a_session_that_ended() -> None:
    session, other = uuid4(), uuid4()
    frames.keep(session, jpeg=b"1", sequence=1, unix_ms=1000)
    frames.keep(other, jpeg=b"1", sequence=1, unix_ms=1000)
    frames.forget(session)
    assert frames.newest(session) is None
    assert frames.newest(other) is not None
