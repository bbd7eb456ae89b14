"""What every event carries for the person who has to judge it, and what the candidate is told."""

from __future__ import annotations

import json

import pytest

from proctoring.observation import Observation
from proctoring.risk.engine import EventDraft
from tests.risk.scenes import BLACK, COVERED, MODELS, NEUTRAL, Entry, Frame, Signal, frames, play, seen


def first(view: Observation, name: str) -> EventDraft:
    events, _ = play(frames(0.0, 8.0, 5, view))
    return next(event for event in events if event.name == name)


@pytest.mark.parametrize(
    ("view", "name", "sentence"),
    [
        (seen(faces=0), "NO_FACE", "No face was in the picture for 2.2 seconds (the limit is 2)."),
        (
            seen(faces=0, quality=BLACK),
            "NO_FACE",
            "No face was in the picture for 2.2 seconds (the limit is 2). The picture was dark: its brightness was 0 of"
            " 255.",
        ),
        (
            seen(faces=0, quality=COVERED),
            "NO_FACE",
            "No face was in the picture for 2.2 seconds (the limit is 2). The camera seemed to be covered.",
        ),
        (seen(faces=3), "MULTIPLE_FACES", "3 faces were in the picture for 2.2 seconds (the limit is 2)."),
        (
            seen(yaw=-46.0),
            "LOOKING_AWAY",
            "The head was turned 50° to the picture's left (more than 25° counts) for 3.2 seconds (the limit is 3).",
        ),
        (
            seen(pitch=21.0),
            "LOOKING_AWAY",
            "The head was raised 30° (more than 25° counts) for 3.2 seconds (the limit is 3).",
        ),
        (
            seen(horizontal=0.62),
            "LOOKING_AWAY",
            "The eyes were turned to the picture's right by 0.12 of their width (more than 0.07 counts) for 3.2 seconds"
            " (the limit is 3).",
        ),
        (
            seen(vertical=0.15),
            "LOOKING_AWAY",
            "The eyes were turned up by 0.09 of their width (more than 0.07 counts) for 3.2 seconds (the limit is 3).",
        ),
        (
            seen(phone=True),
            "PHONE_DETECTED",
            "A phone was in view for 5.2 seconds (the limit is 5); the detector scored it 0.87 of 1.",
        ),
    ],
)
def test_the_sentence_says_what_was_measured(view: Observation, name: str, sentence: str) -> None:
    assert first(view, name).sentence == sentence


def test_a_turn_beyond_the_picture_s_reach_is_told_as_such() -> None:
    timeline = [*frames(0.0, 1.6, 5, seen(yaw=60.0)), *frames(1.6, 3.4, 5, seen(faces=0))]
    (event,) = play(timeline)[0]
    assert event.name == "LOOKING_AWAY"
    assert event.sentence.startswith("The head was turned so far that the face was lost from view for 3.2 seconds")


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("hidden", "The exam page was left: the page was hidden."),
        ("blur", "The exam page was left: another window was in front."),
    ],
)
def test_leaving_the_page_is_told(kind: str, sentence: str) -> None:
    assert play([Signal(5.0, kind)])[0][0].sentence == sentence


def test_the_detail_holds_the_rule_the_values_and_the_models() -> None:
    event = first(seen(yaw=50.0, phone=True), "LOOKING_AWAY")
    detail = event.detail
    assert detail["rule"] == {
        "event": "LOOKING_AWAY",
        "hold_seconds": 3.0,
        "delta": 6,
        "permanent": False,
        "cooldown_seconds": 3.0,
        "enabled": True,
    }
    assert detail["held_seconds"] == 3.2
    assert detail["measured"]["yaw_from_neutral"] == 46.0
    assert detail["measured"]["yaw_limit"] == 25.0
    assert detail["measured"]["neutral"]["yaw"] == NEUTRAL.yaw
    assert detail["models"] == {"faces": {"name": MODELS["faces"].name, "sha256": MODELS["faces"].sha256}}
    assert detail["calibrated"] is True
    assert json.loads(json.dumps(detail)) == detail


def test_the_phone_s_box_and_score_are_kept() -> None:
    box = first(seen(phone=True), "PHONE_DETECTED").detail["measured"]["phones"][0]
    assert box == {"x": 0.6, "y": 0.5, "width": 0.1, "height": 0.2, "score": 0.87}


def test_the_record_says_what_else_was_seen() -> None:
    event = first(seen(faces=2, yaw=60.0, phone=True), "MULTIPLE_FACES")
    assert (event.phone_detected, event.looking_away, event.face_count) == (True, True, 2)
    before_any_picture = play([Signal(1.0, "hidden")])[0][0]
    assert before_any_picture.face_count is None


def test_a_phone_counts_as_detected_between_two_looks() -> None:
    timeline: list[Entry] = [Frame(0.0, seen(phone=True)), Frame(0.5, seen()), Signal(0.6, "hidden")]
    events, engine = play(timeline)
    assert events[0].phone_detected
    assert "phone" in engine.step().warnings


@pytest.mark.parametrize(
    ("view", "warnings"),
    [
        (seen(), ()),
        (seen(faces=0), ("no_face",)),
        (seen(faces=2, yaw=50.0, phone=True), ("multiple_faces", "looking_away", "phone")),
        (seen(faces=0, quality=BLACK), ("no_face", "dark")),
        (seen(quality=COVERED), ("covered",)),
    ],
)
def test_the_candidate_is_warned_at_once(view: Observation, warnings: tuple[str, ...]) -> None:
    engine = play([Frame(0.0, view)])[1]
    assert engine.step().warnings == warnings
