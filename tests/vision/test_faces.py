"""How many faces are in view, on real clips: the number decides over NO_FACE and MULTIPLE_FACES."""

from __future__ import annotations

from collections import Counter

import pytest

from proctoring.observation import Box, Looks
from proctoring.vision.analyzer import Analyzer
from tests.data import clip_frames, data_path
from tests.vision.conftest import See


@pytest.mark.parametrize(
    ("clip", "every", "faces"),
    [
        ("head_turns", 12, 1),  # people work in the background
        ("reading_down", 15, 1),
        ("eyes_center_left_center", 20, 1),
        ("turning_woman", 4, 1),
        ("two_people", 8, 2),
        ("wallet_at_webcam", 2, 1),  # a hand with a wallet passes the detector's first look
        ("phone_at_webcam", 3, 1),
        ("phone_in_hand", 1, 0),
    ],
)
def test_every_face_is_counted_once(see: See, clip: str, every: int, faces: int) -> None:
    counts = Counter(see(path).face_count for path in clip_frames(clip)[::every])
    assert counts.keys() == {faces}


def test_people_who_walk_in_are_counted_from_afar(see: See) -> None:
    seen = [see(path) for path in clip_frames("walking_in")]
    assert Counter(one.face_count for one in seen) == {3: len(seen)}
    faces = seen[0].faces or ()
    assert all(face.far and face.box.width < 0.11 for face in faces)


def test_people_far_away_are_looked_for_where_that_is_wanted_or_nobody_is_near(analyzer: Analyzer) -> None:
    nobody_near, one_near = (clip_frames("walking_in")[number].read_bytes() for number in (0, 36))
    seen = analyzer.analyse(nobody_near, looks=Looks.NONE)
    assert (seen.face_count, seen.looked_far) == (3, True)
    seen = analyzer.analyse(one_near, looks=Looks.NONE)
    assert (seen.face_count, seen.looked_far) == (1, False)
    seen = analyzer.analyse(one_near, looks=Looks.FAR_FACES)
    assert (seen.face_count, seen.looked_far) == (3, True)


def test_hands_before_a_printed_shirt_are_no_second_face(see: See) -> None:
    pictures = sorted(data_path("negatives/webcam_hands").glob("*.jpg"))[::8]
    assert max(see(path).face_count or 0 for path in pictures) == 1


def test_boxes_lie_within_the_picture_and_the_largest_comes_first(see: See) -> None:
    for path in clip_frames("two_people")[::20]:
        faces = see(path).faces
        assert faces is not None
        assert faces[0].box.area >= faces[1].box.area
        for face in faces:
            assert 0 <= face.box.x < face.box.x + face.box.width <= 1
            assert 0 <= face.box.y < face.box.y + face.box.height <= 1
            assert len(face.keypoints) == 6


def test_overlap_is_intersection_over_union() -> None:
    one = Box(0.0, 0.0, 0.2, 0.2)
    assert one.overlap(one) == pytest.approx(1)
    assert one.overlap(Box(0.1, 0.0, 0.2, 0.2)) == pytest.approx(1 / 3)
    assert one.overlap(Box(0.5, 0.5, 0.2, 0.2)) == 0
    assert one.overlap(Box(0.3, 0.3, 0.2, 0.2)) == 0
    speck = Box(0.0, 0.0, 0.5, 5e-324)
    assert speck.area == speck.overlap(speck) == 0
