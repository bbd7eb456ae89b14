"""When pages are asked for their next pictures."""

from __future__ import annotations

from collections import Counter

import pytest

from proctoring.live.timetable import SLOT_SECONDS, Timetable


def test_a_picture_is_asked_for_when_it_is_wished_where_there_is_room() -> None:
    table = Timetable()
    assert table.place("a", 100.73, now=100.0, earlier=0.3, later=0.3, rate=20.0) == 100.73


def test_those_who_wish_the_same_are_asked_one_after_the_other() -> None:
    table = Timetable()
    times = [table.place(place, 101.05, now=100.0, earlier=0.5, later=0.5, rate=20.0) for place in range(20)]
    assert min(times) < 100.7
    assert max(times) > 101.4
    assert max(Counter(int(time / SLOT_SECONDS) for time in times).values()) == 20.0 * SLOT_SECONDS


@pytest.mark.parametrize(("earlier", "later"), [(0.0, 0.4), (0.4, 0.0), (0.0, 0.0)])
def test_nobody_is_moved_further_than_may_be(earlier: float, later: float) -> None:
    table = Timetable()
    times = [table.place(place, 101.0, now=100.0, earlier=earlier, later=later, rate=20.0) for place in range(30)]
    assert 101.0 - earlier <= min(times) <= max(times) <= 101.0 + later + SLOT_SECONDS


def test_nobody_is_asked_in_the_past() -> None:
    table = Timetable()
    times = [table.place(place, 100.1, now=100.05, earlier=5.0, later=5.0, rate=10.0) for place in range(20)]
    assert min(times) >= 100.05


def test_what_is_past_is_forgotten() -> None:
    table = Timetable()
    for second in range(100, 200):
        table.place(second, second + 1.0, now=float(second), earlier=0.0, later=0.0, rate=1.0)
    assert len(table) == 2


def test_a_page_that_sends_before_it_is_asked_does_not_stand_in_its_own_way() -> None:
    table = Timetable()
    for frame in range(20):
        now = 100.0 + frame * 0.02
        assert table.place("hasty", now + 0.5, now=now, earlier=0.0, later=0.25, rate=2.0) == now + 0.5
