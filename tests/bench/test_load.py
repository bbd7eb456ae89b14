"""What counts as dropped, and how clips are dealt out."""

from __future__ import annotations

from typing import Any

from proctoring.bench.load import Tally
from proctoring.bench.material import Show, evenly

ANALYSED: dict[str, Any] = {"type": "verdict", "analysed": True}


def test_frames_outside_the_measured_time_do_not_count() -> None:
    tally = Tally()
    tally.note(ANALYSED, 0.1, 3)
    assert (tally.offered, tally.latencies_ms) == (0, [])


def test_everything_offered_was_analysed_skipped_or_refused() -> None:
    tally = Tally(measuring=True)
    tally.note(ANALYSED, 0.1, 0)
    tally.note(ANALYSED, 0.3, 2)
    tally.note({"type": "verdict", "analysed": False, "reason": "worker_died"}, 0.1, 0)
    tally.note({"type": "frame_error", "code": "truncated"}, 0.1, 0)
    assert (tally.analysed, tally.skipped, dict(tally.not_analysed)) == (2, 2, {"worker_died": 1, "truncated": 1})
    assert (tally.offered, tally.dropped) == (6, 4)
    assert tally.latencies_ms == [100.0, 300.0]


def test_a_short_clip_is_played_over_and_over() -> None:
    shows = [Show("short", (b"a",)), Show("long", (b"1", b"2", b"3"))]
    assert evenly(shows, 3) == [b"a", b"1", b"a", b"2", b"a", b"3"]
