"""A face that stood there like a picture during the calibration is nobody, until it moves or another comes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from math import sin
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctoring.observation import Box, Face, Observation
from proctoring.risk.calibration import Calibration, CalibrationFailed, calibrate, resting, usable
from proctoring.risk.engine import Engine, EventDraft
from proctoring.risk.faces_at_rest import StandingFaces, still_faces
from proctoring.risk.policy import MULTIPLE_FACES, NO_FACE, Policy
from tests.risk.patches import patch_of
from tests.risk.scenes import FACE, NEUTRAL, Frame, assert_restores_everywhere, play, seen

START = 1_767_788_963.0
BOX = Box(0.05, 0.05, 0.12, 0.16, 0.9)
POINTS = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.5, 0.8), (0.1, 0.5), (0.9, 0.5))  # of the box
JITTER = 0.02  # of the box, as that of the detector on a print


def face_at(x: float = 0.0, y: float = 0.0, *, tremor: Random | None = None, box: Box = BOX) -> Face:
    """Moved by shares of its box; ``tremor`` moves each point by itself."""
    box = replace(box, x=box.x + x * box.width, y=box.y + y * box.height)

    def err() -> float:
        return tremor.gauss(0, JITTER) if tremor else 0.0

    return Face(box, tuple((box.x + (u + err()) * box.width, box.y + (v + err()) * box.height) for u, v in POINTS))


POSTER = face_at()
WITH_POSTER = replace(NEUTRAL, standing_faces=(POSTER,))


def with_faces(*others: Face) -> Observation:
    return replace(seen(), faces=(FACE, *others))


def looks(faces: Sequence[Face] = (), *, seconds: float = 8.0, start: float = START) -> list[Frame]:
    return [Frame(round(start + 0.5 * step, 3), with_faces(*faces)) for step in range(round(seconds * 2))]


def prints(number: int = 20, *, seed: int = 1) -> list[Face]:
    """The same print, seen by a detector that errs anew each time."""
    tremor = Random(seed)
    return [face_at(tremor=tremor) for _ in range(number)]


def living(number: int = 20, *, sway: float = 0.08, seed: int = 1) -> list[Face]:
    """Somebody who keeps still: no look lies far from the one before."""
    tremor = Random(seed)
    return [face_at(sway * sin(step / 4), sway * sin(step / 5), tremor=tremor) for step in range(number)]


def shown(faces: Sequence[Face], *, shift: Sequence[float] = (), seed: int = 1) -> list[Face]:
    """The same faces with what lies in their boxes; ``shift``: cells that it is moved by in each."""
    chance = Random(seed)
    moves = shift or [0.0] * len(faces)
    return [replace(face, patch=patch_of(chance, shift=move)) for face, move in zip(faces, moves, strict=True)]


def trembling(number: int = 20, *, seed: int = 1) -> list[Face]:
    """A print whose points the detector finds elsewhere each time."""
    tremor = Random(seed)
    return [face_at(tremor.gauss(0, 0.08), tremor=tremor) for _ in range(number)]


SWAY = [0.5 * sin(step / 4) for step in range(20)]  # cells


def several(timeline: list[Frame], calibration: Calibration | None = WITH_POSTER) -> list[EventDraft]:
    return [event for event in play(timeline, calibration=calibration)[0] if event.name == MULTIPLE_FACES]


@pytest.mark.parametrize("seed", range(10))
def test_a_print_stands_still_and_somebody_who_keeps_still_does_not(seed: int) -> None:
    assert len(still_faces([[face] for face in prints(30, seed=seed)])) == 1
    assert still_faces([[face] for face in living(30, seed=seed)]) == ()


def test_who_moves_is_no_print_however_unsteadily() -> None:
    tremor = Random(3)
    assert still_faces([[face_at(tremor.gauss(0, 0.2), tremor=tremor)] for _ in range(30)]) == ()


@pytest.mark.parametrize("there", [range(7), range(10, 20), range(10), [0, 1, *range(13, 20)], range(0, 20, 3)])
def test_who_was_not_there_all_the_while_is_no_print(there: Sequence[int]) -> None:
    assert still_faces([[POSTER] if number in there else [] for number in range(20)]) == ()


def test_a_print_may_be_overlooked_now_and_then_and_there_may_be_two() -> None:
    other = replace(BOX, x=0.8)
    shown = [[*([POSTER] if number % 3 else []), face_at(box=other)] for number in range(20)]
    assert {round(face.box.x, 2) for face in still_faces(shown)} == {0.05, 0.8}


def test_the_network_that_sees_it_more_often_judges() -> None:
    far = replace(face_at(0.15), far=True)
    seen_by_both = [[far if number % 4 == 0 else POSTER] for number in range(20)]
    (place,) = still_faces(seen_by_both)
    assert not place.far
    assert place.box.x == pytest.approx(BOX.x)
    assert StandingFaces([place]).look([FACE, far]) == (far,)


def test_a_print_is_known_by_what_it_shows_however_its_points_tremble() -> None:
    assert still_faces([[face] for face in trembling()]) == ()
    (place,) = still_faces([[face] for face in shown(trembling())])
    assert place.patch is not None
    assert place.patch.side > 1


def test_somebody_whose_points_hold_still_is_known_by_what_they_show() -> None:
    assert len(still_faces([[face] for face in prints()])) == 1
    assert still_faces([[face] for face in shown(prints(), shift=SWAY)]) == ()
    assert still_faces([[face] for face in shown(trembling(), shift=SWAY)]) == ()


def test_a_camera_that_shakes_a_little_leaves_the_points_to_say_so() -> None:
    shakes = [0.2 * sin(step / 2) for step in range(20)]
    assert len(still_faces([[face] for face in shown(prints(), shift=shakes)])) == 1
    assert still_faces([[face] for face in shown(trembling(), shift=shakes)]) == ()


@pytest.mark.parametrize("missing", [range(20), range(0, 20, 2)])
def test_where_what_they_show_is_missing_the_points_judge(missing: Sequence[int]) -> None:
    for faces, found in ((shown(prints()), 1), (shown(trembling()), 0)):
        looks = [[replace(face, patch=None) if n in missing else face] for n, face in enumerate(faces)]
        assert len(still_faces(looks)) == found


def test_later_it_stands_while_it_looks_as_it_did_wherever_its_points_are() -> None:
    (place,) = still_faces([[face] for face in shown(prints())])
    standing = StandingFaces([place])
    off = face_at(0.15)
    for face in shown([off] * 50, seed=2):
        assert standing.look([FACE, face]) == (face,)
    assert standing.look([FACE, off]) == ()


def test_later_it_counts_once_it_looks_different_though_its_points_stay() -> None:
    (place,) = still_faces([[face] for face in shown(prints())])
    standing = StandingFaces([place])
    moved = shown(prints(2, seed=3), shift=[4.0, 4.0])
    assert [standing.look([FACE, face]) for face in moved] == [(), ()]
    (again,) = shown([POSTER])
    assert standing.look([FACE, again]) == ()


def test_what_it_shows_survives_being_stored() -> None:
    pictures = [with_faces(face) for face in shown(prints())]
    calibration = calibrate(pictures)
    stored = Calibration.from_dict(json.loads(json.dumps(calibration.as_dict())))
    (place,) = stored.standing_faces
    assert place.patch == calibration.standing_faces[0].patch
    assert place.patch is not None
    engine = Engine.restore(Policy(), json.loads(json.dumps(Engine(Policy(), stored).state())))
    (off,) = shown([face_at(0.15)])
    assert engine.observe(START, with_faces(off)).conditions[MULTIPLE_FACES] is False


def test_the_calibration_leaves_a_print_out_and_fails_for_somebody() -> None:
    pictures = [with_faces(face) for face in prints()]
    calibration = calibrate(pictures)
    (place,) = calibration.standing_faces
    assert place.box.x == pytest.approx(BOX.x, abs=0.01)
    assert usable(pictures) == calibration.samples == len(pictures)
    assert Calibration.from_dict(json.loads(json.dumps(calibration.as_dict()))) == calibration
    carried = [*pictures[:-2], *[with_faces(face_at(3.0))] * 2]
    for failing in ([with_faces(face) for face in living()], carried):
        with pytest.raises(CalibrationFailed) as failure:
            calibrate(failing)
        assert failure.value.code == "several_faces"


def test_somebody_beside_a_print_fails_the_calibration() -> None:
    beside = replace(BOX, x=0.8)
    with pytest.raises(CalibrationFailed) as failure:
        calibrate([with_faces(face, face_at(number * 0.1, box=beside)) for number, face in enumerate(prints())])
    assert failure.value.code == "several_faces"


def test_the_candidate_is_never_a_print_however_still() -> None:
    assert not resting([seen()] * 20)


def test_a_calibration_from_before_there_were_such_places_has_none() -> None:
    data = NEUTRAL.as_dict()
    del data["standing_faces"]
    assert Calibration.from_dict(data) == NEUTRAL


def test_a_print_counts_for_nothing_and_warns_of_nothing() -> None:
    engine = Engine(Policy(), WITH_POSTER)
    for number, face in enumerate(prints(240)):
        step = engine.observe(START + number / 2, with_faces(face))
    assert (step.risk_total, step.warnings, step.conditions[MULTIPLE_FACES]) == (0, (), False)
    assert len(engine.at_rest.faces) == 1


def test_without_a_calibration_that_saw_it_the_same_is_a_second_face() -> None:
    assert several(looks([POSTER]), NEUTRAL)


def test_it_counts_at_once_when_it_moves() -> None:
    still = looks([POSTER], seconds=4)
    (event, *_) = several([*still, *looks([face_at(0.3)], start=START + 4)])
    assert event.time == START + 4 + 2.5


def test_it_counts_once_it_has_drifted_and_goes_on_to() -> None:
    drifting = [Frame(START + step / 2, with_faces(face_at(0.001 * step))) for step in range(120)]
    (first, *_) = several(drifting)
    assert first.time > START + 20
    back = looks([POSTER], start=START + 61)
    assert several([*drifting, *back])[-1].time > START + 64


def test_a_second_face_anywhere_else_counts_and_the_event_says_what_did_not() -> None:
    other = face_at(5.0)
    (event, *_) = several(looks([POSTER, other]))
    assert event.face_count == event.detail["measured"]["face_count"] == 3
    assert [box["x"] for box in event.detail["measured"]["boxes"]] == [FACE.box.x, pytest.approx(other.box.x, abs=1e-4)]
    assert [box["x"] for box in event.detail["measured"]["stood_there_before"]] == [POSTER.box.x]
    assert event.sentence.startswith("3 faces were in the picture for 2.5 seconds")
    assert event.sentence.endswith("1 of them stood there before like a picture, and does not count.")


def test_what_the_candidate_hides_for_a_moment_is_a_print_again_when_they_lean_back() -> None:
    place = StandingFaces([POSTER])
    cut_off = face_at(0.2)
    leaning = Face(Box(0.1, 0.05, 0.3, 0.4))
    for _ in range(5):
        assert place.look([leaning, cut_off]) == ()
    assert place.look([FACE, POSTER]) == (POSTER,)


def test_whose_head_it_measures_is_never_the_print_s() -> None:
    """Where the candidate is gone, and where the print is larger than their face."""
    engine = Engine(Policy(), WITH_POSTER)
    turned = seen(yaw=60.0)
    names = []
    for number, faces in enumerate([(POSTER,)] * 10 + [(POSTER, FACE)] * 10):
        step = engine.observe(START + number / 2, replace(turned, faces=faces))
        assert step.looking_away is None
        assert step.conditions[MULTIPLE_FACES] is False
        assert step.conditions[NO_FACE] is (number < 10)
        names += [event.name for event in step.events]
    assert set(names) == {NO_FACE}


def test_a_session_that_learns_its_neutral_learns_it_beside_a_print() -> None:
    engine = Engine(Policy(), None, standing=resting([with_faces(face) for face in prints()]))
    for number, face in enumerate(prints(60, seed=2)):
        engine.observe(START + number / 2, with_faces(face))
    assert engine.neutral is not None


def test_a_session_goes_on_with_what_it_knew_at_any_picture() -> None:
    shown = [POSTER, *prints(10), *(face_at(0.01 * step) for step in range(20)), face_at(0.5), face_at(0.5), POSTER]
    timeline = [Frame(START + number / 2, with_faces(face)) for number, face in enumerate(shown)]
    assert_restores_everywhere([*timeline, *looks([POSTER], start=START + 30)], calibration=WITH_POSTER)


def test_a_state_from_before_there_were_such_places_restores() -> None:
    state = Engine(Policy(), NEUTRAL).state()
    del state["standing_faces"], state["calibration"]["standing_faces"]
    engine = Engine.restore(Policy(), json.loads(json.dumps(state)))
    assert engine.observe(START, with_faces(POSTER)).warnings == ("multiple_faces",)


FACES = st.builds(
    Face,
    st.builds(Box, *[st.floats(-0.1, 0.9)] * 2, *[st.floats(0.0, 0.5)] * 2, st.floats(0, 1)),
    st.sampled_from([(), tuple((0.1 * n, 0.2) for n in range(6)), tuple((0.3, 0.1 * n) for n in range(6))]),
    st.booleans(),
)


@settings(deadline=None)
@given(st.lists(FACES, max_size=3), st.lists(st.lists(FACES, max_size=4), max_size=12))
def test_whatever_was_seen_at_rest_is_of_what_was_seen(standing: list[Face], seen_in_looks: list[list[Face]]) -> None:
    assert len(still_faces(seen_in_looks)) <= 4
    places = StandingFaces(standing)
    for faces in seen_in_looks:
        at_rest = places.look(faces)
        assert all(face in faces for face in at_rest)
        assert len(at_rest) <= len(standing)
        places = StandingFaces.from_list(json.loads(json.dumps(places.as_list())))


def test_a_candidate_who_leaves_a_picture_behind_is_gone() -> None:
    left = replace(seen(), faces=(POSTER,))
    frames = [*looks([POSTER]), *(Frame(START + 8 + step / 2, left) for step in range(6))]
    events, engine = play(frames, calibration=WITH_POSTER)
    assert [(event.name, event.face_count) for event in events] == [(NO_FACE, 1)]
    assert "No face was in the picture but 1 that stood there before like a picture, for" in events[0].sentence
    assert engine.risk_total == 5
