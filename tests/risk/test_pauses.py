"""Pauses: nothing scores, fades or is missed while the candidate need not be there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from proctoring.risk.engine import Engine, EventDraft
from proctoring.risk.pauses import Pauses
from proctoring.risk.policy import DEFAULT_RULES, Policy
from proctoring.risk.stretches import Stretch
from tests.risk.scenes import (
    NEUTRAL,
    Connection,
    Entry,
    Frame,
    Signal,
    assert_restores_everywhere,
    away,
    frames,
    play,
    seen,
    told,
)

CALM, ABSENT = seen(), seen(faces=0)


@dataclass(frozen=True)
class Pause:
    """Known from ``time`` on."""

    time: float
    start: float
    end: float

    def play(self, engine: Engine) -> Sequence[EventDraft]:
        engine.pause(self.start, self.end)
        return []


def paused(*entries: Entry, at: float = 10.0, until: float = 20.0) -> list[Entry]:
    """A pause among other entries, at its time."""
    together: list[Entry] = [Pause(at, at, until), *entries]  # type: ignore[list-item]
    return sorted(together, key=lambda entry: entry.time)


def names(timeline: Sequence[Entry], *, policy: Policy | None = None) -> list[tuple[str, float]]:
    return [(name, time) for name, time, _ in told(play(timeline, policy=policy)[0])]


def test_nobody_in_view_during_a_pause_scores_nothing() -> None:
    timeline = paused(*frames(0.0, 10.0, 5, CALM), *frames(10.0, 20.0, 5, ABSENT), *frames(20.0, 30.0, 5, CALM))
    assert names(timeline) == []


def test_a_condition_before_and_after_a_pause_does_not_add_up() -> None:
    timeline = paused(*frames(0.0, 8.5, 5, CALM), *frames(8.5, 10.0, 5, ABSENT), *frames(20.0, 21.5, 5, ABSENT))
    assert names(timeline) == []


def test_a_short_pause_keeps_a_run_but_its_time_does_not_count() -> None:
    """One shorter than pictures may be apart: the run of 1.5 s goes on after it, without that second."""
    timeline = paused(*frames(8.5, 10.0, 5, ABSENT), *frames(11.0, 13.0, 5, ABSENT), until=11.0)
    assert names(timeline) == [("NO_FACE", 11.8)]


def test_risk_fades_neither_during_a_pause_nor_across_it() -> None:
    timeline = [Signal(0.0, "hidden"), Signal(0.5, "visible"), *frames(0.6, 4.0, 5, ABSENT), *frames(4.0, 5.0, 5, CALM)]
    before = play(timeline)[1].risk_total
    assert before == 10
    rest = paused(*frames(5.0, 30.0, 5, CALM), at=5.0, until=20.0)
    assert [
        play([*timeline, *(each for each in rest if each.time <= at)])[1].risk_total for at in (19.8, 20.6, 21.0)
    ] == [
        10,
        10,
        9,
    ]


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        ([(12.0, "hidden"), (12.1, "blur"), (18.0, "visible"), (18.0, "focus")], []),
        ([(12.0, "hidden"), (25.0, "visible")], [("TAB_SWITCH", 20.0)]),
        ([(12.0, "hidden")], [("TAB_SWITCH", 20.0)]),
        ([(9.0, "hidden"), (25.0, "visible")], [("TAB_SWITCH", 9.0)]),
        ([(22.0, "hidden"), (25.0, "visible")], [("TAB_SWITCH", 22.0)]),
        ([(12.0, "hidden"), (20.0, "visible")], []),
    ],
)
def test_leaving_the_page_counts_from_the_end_of_a_pause(
    signals: list[tuple[float, str]], expected: list[tuple[str, float]]
) -> None:
    timeline = paused(
        *(Signal(time, kind) for time, kind in signals), *frames(0.0, 10.0, 5, CALM), *frames(20.2, 30.0, 5, CALM)
    )
    assert names(timeline) == expected
    assert_restores_everywhere(timeline)


def test_a_signal_of_a_pause_that_comes_late_changes_nothing() -> None:
    timeline = paused(*frames(0.0, 10.0, 5, CALM), *frames(20.0, 30.0, 5, CALM))
    late = [*timeline, Signal(12.0, "hidden"), Signal(13.0, "visible"), Signal(14.0, "copy"), Frame(30.0, CALM)]
    assert names(late) == []


def test_what_else_the_browser_says_in_a_pause_is_not_written_down() -> None:
    rules = {**DEFAULT_RULES, "COPY_PASTE": replace(DEFAULT_RULES["COPY_PASTE"], enabled=True)}
    kinds = ("copy", "fullscreen_left", "network_lost", "second_screen", "camera_stopped")
    timeline = paused(*(Signal(12.0, kind) for kind in kinds), *frames(20.0, 22.0, 5, CALM))
    assert names(timeline, policy=Policy(rules=rules)) == []
    assert [name for name, _ in names([Signal(12.0, kind) for kind in kinds])] == [
        "COPY", "FULLSCREEN_LEFT", "NETWORK_LOST", "SECOND_SCREEN", "CAMERA_STOPPED",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lost", "restored", "seconds"),
    [(12.0, 18.0, None), (12.0, 20.5, None), (12.0, 25.0, 5.0), (5.0, 18.0, 5.0), (5.0, 25.0, 10.0), (25.0, 25.2, 0.2)],
)
def test_a_connection_is_lost_for_as_long_as_somebody_should_have_been_there(
    lost: float, restored: float, seconds: float | None
) -> None:
    timeline = paused(Connection(lost, lost=True), Connection(restored, lost=False))
    events = play(timeline)[0]
    assert [event.detail["seconds"] for event in events] == ([] if seconds is None else [pytest.approx(seconds)])


def test_pictures_of_a_pause_are_not_taken_for_late_ones() -> None:
    timeline = paused(*frames(0.0, 10.0, 5, CALM), *frames(10.0, 20.0, 5, away()), Frame(20.0, CALM))
    events, engine = play(timeline)
    assert (events, engine.late_frames, engine.step().warnings) == ([], 0, ())


def test_a_pause_that_ended_early_is_over() -> None:
    timeline: list[Entry] = [
        Pause(10.0, 10.0, 60.0),  # type: ignore[list-item]
        Pause(20.0, 10.0, 20.0),  # type: ignore[list-item]
        *frames(20.0, 24.0, 5, ABSENT),
    ]
    assert names(timeline) == [("NO_FACE", 22.2)]
    assert_restores_everywhere(timeline)


def test_a_state_from_before_there_were_pauses_is_taken() -> None:
    state = Engine(Policy(), NEUTRAL).state()
    del state["pauses"]
    assert Engine.restore(Policy(), state).state()["pauses"] == []


def test_pauses_are_remembered_up_to_a_number() -> None:
    pauses = Pauses()
    for start in range(200):
        pauses.put(start, start + 0.5)
    assert len(pauses.as_list()) == 64
    assert pauses.covers(199.2)
    assert not pauses.covers(199.7)
    assert list(pauses.without([Stretch(199.2, 199.4, "blur"), Stretch(1.2, 1.4, "blur")])) == [
        Stretch(1.2, 1.4, "blur")
    ]
