"""Real people, real detectors, true speed: which events the labelled clips give, and that honest ones give none.

The clips' rates are those of their data's README; about four pictures a second are analysed, as a live session would.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence

import pytest

from proctoring.evaluation.playing import glanced_at, looked_at
from proctoring.observation import Measured, Observation
from proctoring.risk.calibration import Calibration, calibrate
from proctoring.risk.engine import Engine, EventDraft
from proctoring.risk.policy import Policy
from tests.clips.conftest import Clip
from tests.data import data_path

HEAD_TURNS_RATE, READING_RATE, EYES_RATE, TWO_PEOPLE_RATE = 12.35, 6.7, 8.0, 12.0
START = 1_767_788_963.0


def watch(observations: Sequence[Observation], *, fps: float, calibration: Calibration | None) -> list[EventDraft]:
    """The events of a session that shows ``observations`` at ``fps``; a phone is looked for as the engine asks."""
    engine = Engine(Policy(), calibration)
    events: list[EventDraft] = []
    for index, observation in enumerate(observations):
        seen = looked_at(observation, engine.wants(START + index / fps))
        events.extend(engine.observe(START + index / fps, seen).events)
    return events


@pytest.mark.parametrize(
    ("name", "rate", "every", "neutral", "least"),
    [
        ("head_turns", HEAD_TURNS_RATE, 3, 3, 0.0),
        ("reading_down", READING_RATE, 2, 33, 0.3),
        ("eyes_center_left_center", EYES_RATE, 2, 20, 0.4),
        ("eyes_center_right_center", EYES_RATE, 2, 20, 0.4),
    ],
)
@pytest.mark.parametrize("shown", [1, 2])  # each picture, and each second one: half the rate
def test_a_glance_that_spares_measuring_changes_no_event(
    clip: Clip, name: str, rate: float, every: int, neutral: int, least: float, shown: int
) -> None:
    calibration = calibrate(clip(name, every=every)[:neutral] * 8)
    observations, fps = clip(name, every=every)[::shown], rate / every / shown
    engine = Engine(Policy(), calibration)
    measured: Measured | None = None
    events: list[EventDraft] = []
    stood = 0
    for index, observation in enumerate(observations):
        time = START + index / fps
        seen = looked_at(observation, engine.wants(START + index / fps))
        if engine.pose_may_stand(time):
            seen = glanced_at(seen, measured)
        if seen.pose is not None and seen.pose.source == "stands":
            stood += 1
        else:
            measured = seen.measured
        events.extend(engine.observe(time, seen).events)
    assert events == watch(observations, fps=fps, calibration=calibration)
    assert stood >= least * len(observations)


def seconds(event: EventDraft) -> float:
    return event.time - START


def labelled_turns(rate: float) -> list[tuple[float, float]]:
    """Start and end in seconds of each run of pictures labelled as turned."""
    with data_path("clips/head_turns/labels.csv").open(newline="") as file:
        turned = [row["turned"] == "1" for row in csv.DictReader(file)]
    edges = [index for index in range(1, len(turned)) if turned[index] != turned[index - 1]]
    return [(start / rate, end / rate) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def test_head_turns_gives_looking_away_in_the_long_turn_and_nothing_else(clip: Clip) -> None:
    every = 3
    observations = clip("head_turns", every=every)
    # The clip is straight at the screen for its first half second only: shown again, that makes the ten seconds.
    calibration = calibrate(observations[:3] * 8)
    events = watch(observations, fps=HEAD_TURNS_RATE / every, calibration=calibration)
    (event,) = events
    assert event.name == "LOOKING_AWAY"
    short_turn, long_turn = labelled_turns(HEAD_TURNS_RATE)
    assert short_turn[1] < long_turn[0] < seconds(event)
    # The head is still 35 to 43 degrees to the side for six pictures (0.5 s) after the label ends.
    assert seconds(event) <= long_turn[1] + 0.5


@pytest.mark.parametrize("calibrated", [True, False])
def test_an_honest_candidate_who_reads_and_writes_gives_no_event(clip: Clip, calibrated: bool) -> None:
    every = 2
    fps = READING_RATE / every
    observations = clip("reading_down", every=every)
    calibration = calibrate(observations[: round(10 * fps)]) if calibrated else None
    assert watch(observations, fps=fps, calibration=calibration) == []


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("calibrated", [True, False])
def test_eyes_aside_with_the_head_still_are_found_in_the_middle_five_seconds_only(
    clip: Clip, side: str, calibrated: bool
) -> None:
    every = 2
    fps = EYES_RATE / every
    observations = clip(f"eyes_center_{side}_center", every=every)
    centre = observations[: round(5 * fps)]
    # Uncalibrated, the session has seen its first quarter of a minute before the clip begins.
    lead = [] if calibrated else centre * 4
    events = watch([*lead, *observations], fps=fps, calibration=calibrate(centre) if calibrated else None)
    (event,) = events
    assert event.name == "LOOKING_AWAY"
    assert event.detail["measured"]["cause"] == "eyes_aside"
    assert event.sentence.startswith(f"The eyes were turned to the picture's {side}")
    began = seconds(event) - event.detail["held_seconds"] - len(lead) / fps
    assert 5.0 <= began <= 6.5
    assert 8.0 < began + event.detail["held_seconds"] <= 10.5


def test_two_people_are_several_faces(clip: Clip) -> None:
    every = 3
    shown_twice = clip("two_people", every=every) * 2
    events = watch(shown_twice, fps=TWO_PEOPLE_RATE / every, calibration=None)
    assert {event.name for event in events} == {"MULTIPLE_FACES"}
    assert [event.detail["measured"]["face_count"] for event in events] == [2] * len(events)
    assert [round(seconds(event)) for event in events] == [2, 4, 6, 8]


def test_three_who_walk_in_are_several_faces(clip: Clip) -> None:
    every = 3
    (event,) = watch(clip("walking_in", every=every), fps=TWO_PEOPLE_RATE / every, calibration=None)
    assert event.name == "MULTIPLE_FACES"
    assert event.detail["measured"]["face_count"] == 3
    assert 2.0 < seconds(event) <= 3.0


def test_a_woman_who_turns_for_two_seconds_gives_no_event(clip: Clip) -> None:
    every = 3
    assert watch(clip("turning_woman", every=every), fps=TWO_PEOPLE_RATE / every, calibration=None) == []


def test_a_phone_held_up_is_found_where_the_weights_find_it(clip: Clip) -> None:
    stills = [still for still in clip("phone_at_webcam", every=1) if still.phones]
    assert len(stills) >= 5
    for still in stills:
        events = [event for event in watch([still] * 16, fps=2.0, calibration=None) if event.ledger == "integrity"]
        phones = [event for event in events if event.name == "PHONE_DETECTED"]
        assert [seconds(event) for event in phones] == [5.5]
        assert phones[0].risk_delta == 15
        assert phones[0].detail["models"]["phone"]["sha256"]


def test_a_black_picture_has_no_face_and_is_said_to_be_dark(black: Observation) -> None:
    events = watch([black] * 8, fps=2.0, calibration=None)
    assert [(event.name, event.ledger) for event in events] == [("NO_FACE", "integrity"), ("TOO_DARK", "environment")]
    assert "dark" in events[0].sentence
