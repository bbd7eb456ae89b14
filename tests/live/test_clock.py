"""A frame's time on the server's clock."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctoring.live.clock import FrameClock, ReplayClock

NOW = 1_700_000_000.0


def test_the_sender_s_clock_may_be_off_by_hours() -> None:
    clock = FrameClock()
    assert clock.time_of(captured=NOW + 7200, received=NOW) == NOW
    assert clock.time_of(captured=NOW + 7200.5, received=NOW + 0.5) == pytest.approx(NOW + 0.5)


def test_a_frame_that_travelled_longer_is_dated_when_it_was_taken() -> None:
    clock = FrameClock()
    clock.time_of(captured=0.0, received=NOW)
    assert clock.time_of(captured=1.0, received=NOW + 3.0) == pytest.approx(NOW + 1.0)


def test_nothing_is_dated_more_than_five_seconds_back() -> None:
    clock = FrameClock()
    clock.time_of(captured=1000.0, received=NOW)
    assert clock.time_of(captured=1000.1, received=NOW + 60) == pytest.approx(NOW + 55)


@given(st.lists(st.tuples(st.floats(0, 1e13), st.floats(0, 2)), min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_times_never_decrease_and_never_lie_in_the_future(frames: list[tuple[float, float]]) -> None:
    clock, received, last = FrameClock(), NOW, 0.0
    for captured, pause in frames:
        received += pause
        time = clock.time_of(captured=captured, received=received)
        assert last <= time <= received
        assert time >= received - 5 - 1e-6
        last = time


def test_a_replayed_clip_keeps_its_own_spacing_at_any_speed() -> None:
    clock = ReplayClock()
    times = [clock.time_of(captured=100 + 0.5 * n, received=NOW + 0.1 * n) for n in range(20)]
    assert [round(time - NOW, 6) for time in times] == [0.5 * n for n in range(20)]
