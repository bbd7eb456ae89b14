"""What the log of a session says when the server asked its page for fewer pictures than the exam wants."""

from __future__ import annotations

import pytest

from proctoring.live import ledger
from proctoring.live.gaps import Gaps
from proctoring.live.ledger import Entry
from proctoring.live.slowdowns import Slowdowns

START = 1_767_788_935.0


def watch(slowdowns: Slowdowns, *, since: float, until: float, interval: float) -> list[tuple[float, Entry]]:
    """Pictures asked for every ``interval`` seconds; the entries, and when each was made."""
    made, at = [], since
    while at < until:
        made += [(round(at - START, 3), entry) for entry in slowdowns.asked(at, at + interval)]
        at += interval
    return made


def test_at_the_exam_s_pace_there_is_nothing_to_say() -> None:
    slowdowns = Slowdowns(2.0)
    assert watch(slowdowns, since=START, until=START + 300, interval=0.5) == []
    assert slowdowns.end() == []
    assert slowdowns.take_seconds() == 0


def test_one_late_verdict_is_no_overload() -> None:
    slowdowns = Slowdowns(2.0)
    for number in range(200):
        at = START + number * 0.5
        assert slowdowns.asked(at, at + (1.4 if number % 20 == 0 else 0.5)) == []


def test_it_is_said_soon_after_it_began_and_with_figures_when_it_is_over() -> None:
    slowdowns = Slowdowns(2.0)
    (first,) = watch(slowdowns, since=START, until=START + 100, interval=1.25)
    assert first[0] < 12
    assert first[1].name == "SERVER_OVERLOADED"
    assert first[1].detail == {
        "from": START,
        "frames_per_second": 0.8,
        "asked_by_exam": 2.0,
        "goes_on": True,
    }
    assert "0.8 a second where the exam asks for 2" in first[1].sentence
    assert watch(slowdowns, since=START + 100, until=START + 150, interval=2.0) == []
    (over,) = watch(slowdowns, since=START + 150, until=START + 300, interval=0.5)
    detail = over[1].detail
    assert over[1].name == "SERVER_OVERLOADED"
    assert (detail["from"], detail["lowest_frames_per_second"]) == (START, 0.5)
    assert detail["seconds"] == pytest.approx(150, abs=5)
    assert detail["until"] - START == pytest.approx(150, abs=12)
    assert 0.5 < detail["mean_frames_per_second"] < 0.8
    assert over[0] == pytest.approx(150 + 60, abs=15)
    assert slowdowns.take_seconds() == round(detail["seconds"])
    assert slowdowns.take_seconds() == 0


def test_an_overload_that_comes_back_within_a_minute_is_one() -> None:
    slowdowns = Slowdowns(2.0)
    entries = []
    for number in range(4):
        since = START + 80 * number
        entries += watch(slowdowns, since=since, until=since + 40, interval=2.0)
        entries += watch(slowdowns, since=since + 40, until=since + 80, interval=0.5)
    assert len(entries) == 1
    (over,) = slowdowns.end()
    assert over.detail["seconds"] == pytest.approx(160, abs=5)


def test_when_the_connection_ends_what_was_not_told_yet_is() -> None:
    slowdowns = Slowdowns(2.0)
    watch(slowdowns, since=START, until=START + 30, interval=1.0)
    (over,) = slowdowns.end()
    assert over.detail["seconds"] == 30
    assert slowdowns.end() == []


def test_a_few_seconds_before_the_end_are_judged_too() -> None:
    slowdowns = Slowdowns(2.0)
    assert watch(slowdowns, since=START, until=START + 7, interval=1.0) == []
    assert [entry.detail.get("goes_on", False) for entry in slowdowns.end()] == [True, False]


def test_a_page_that_sends_late_is_not_the_server_s_doing() -> None:
    slowdowns = Slowdowns(2.0)
    for number in range(60):
        at = START + 3.0 * number
        assert slowdowns.asked(at, at + 0.5) == []


def test_what_the_server_asked_for_slowly_is_not_missing() -> None:
    gaps = Gaps(1.5)
    for number in range(60):
        at = START + 2.1 * number
        assert gaps.picture(at) == []
        gaps.ask(at + 2.0)
    assert gaps.silence(START + 2.1 * 59 + 11.9) == []
    assert len(gaps.silence(START + 2.1 * 59 + 12.1)) == 1


def test_what_comes_much_later_than_it_was_asked_for_is_missing() -> None:
    gaps = Gaps(1.5)
    gaps.picture(START)
    gaps.ask(START + 2.0)
    (entry,) = gaps.picture(START + 3.5)
    assert (entry.name, entry.detail["seconds"]) == (ledger.FRAMES_MISSING, 3.5)
