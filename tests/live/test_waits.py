"""What the waits of frames say about the workers."""

from __future__ import annotations

import pytest

from proctoring.live.waits import Waits

LOOKS = 0.02


def burst(waits: Waits, began: float, frames: int) -> None:
    """So many frames that come at once, to one worker."""
    for place in range(frames):
        waits.add(came=began, took=(place + 1) * LOOKS, waited=place * LOOKS, lag=0.0, interval=0.5)


def test_what_workers_bear_is_seen_where_frames_come_all_at_once() -> None:
    waits = Waits(0.0)
    for second in range(10):
        burst(waits, float(second), 10)  # idle for four fifths of the time
    assert waits.finished == 100
    assert waits.borne / waits.busy_seconds == pytest.approx(1 / LOOKS)
    assert waits.looking == pytest.approx(100 * LOOKS)


def test_frames_that_never_wait_say_nothing_of_it() -> None:
    waits = Waits(0.0)
    for place in range(50):
        waits.add(came=place * 0.1, took=LOOKS, waited=0.0005, lag=0.0, interval=0.5)
    assert (waits.finished, waits.borne, waits.busy_seconds) == (50, 0, 0.0)


def test_two_workers_bear_twice_as_much() -> None:
    waits = Waits(0.0)
    for place in range(100):  # all came at once; two are looked at at a time, and the later of them is told first
        waited = (place // 2) * LOOKS
        waits.add(came=0.0, took=waited + LOOKS, waited=waited, lag=0.0, interval=0.5)
    assert waits.borne / waits.busy_seconds == pytest.approx(2 / LOOKS, rel=0.03)


def test_a_wait_is_measured_by_what_can_be_borne() -> None:
    waits = Waits(0.0)
    waits.add(came=0.0, took=0.2, waited=0.1, lag=0.05, interval=0.2)
    waits.add(came=0.0, took=0.2, waited=0.1, lag=0.0, interval=60.0)
    assert waits.queued == pytest.approx(0.1 / 0.2 + 0.1 / 0.5)
    assert waits.lagged == pytest.approx(4 * 0.05 / 0.2)


def test_what_follows_begins_anew_but_for_the_last_frame_taken() -> None:
    waits = Waits(0.0)
    burst(waits, 0.0, 10)
    after = waits.next(0.2)
    assert (after.since, after.finished, after.borne, after.taken_at) == (0.2, 0, 0, waits.taken_at)
