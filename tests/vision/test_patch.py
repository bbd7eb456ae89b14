"""What lies in a face's box is cut from places of the picture that stay the same, however the box trembles."""

from __future__ import annotations

import base64
from dataclasses import replace

import numpy as np
import pytest

from proctoring.analysis.remote_wire import pack_verdict, unpack_verdict
from proctoring.analysis.verdict import Analysed
from proctoring.observation import Box, Face, Looks
from proctoring.vision import patch
from proctoring.vision.analyzer import Analyzer
from proctoring.vision.arrays import Grey
from tests.data import clip_frames

THUMBNAIL = np.arange(120 * 160, dtype=np.uint32).reshape(120, 160).astype(np.uint8)


def cells(thumbnail: Grey, box: Box) -> tuple[int, int, Grey] | None:
    """Column, row and what the patch shows."""
    found = patch.take(thumbnail, Face(box))
    if found is None:
        return None
    grey = np.frombuffer(base64.b64decode(found.grey), np.uint8)
    return found.column, found.row, grey.reshape(-1, found.columns)


@pytest.mark.parametrize(
    ("box", "place"),
    [
        (Box(0.1, 0.2, 0.1, 0.15), (16, 24, 16, 18)),
        (Box(0.102, 0.202, 0.1, 0.15), (17, 25, 15, 17)),
        (Box(0.2, 0.1, 0.5, 0.7), (60, 42, 24, 24)),  # its middle
        (Box(-0.05, 0.95, 0.1, 0.1), (0, 114, 8, 6)),
    ],
)
def test_it_is_the_middle_of_the_box_in_whole_cells(box: Box, place: tuple[int, int, int, int]) -> None:
    found = cells(THUMBNAIL, box)
    assert found is not None
    left, top, width, height = place
    assert found[:2] == (left, top)
    assert np.array_equal(found[2], THUMBNAIL[top : top + height, left : left + width])


def test_a_box_with_next_to_nothing_in_it_has_none() -> None:
    assert patch.take(THUMBNAIL, Face(Box(0.5, 0.5, 0.02, 0.2))) is None
    assert patch.take(THUMBNAIL, Face(Box(0.99, 0.5, 0.2, 0.2))) is None


def test_only_faces_beside_the_largest_have_one_and_keep_it_on_the_wire(analyzer: Analyzer) -> None:
    two = analyzer.analyse(clip_frames("two_people")[0].read_bytes(), looks=Looks.FAR_FACES)
    assert two.faces is not None
    assert [face.patch is None for face in two.faces] == [True, False]
    _, sent, _ = unpack_verdict(pack_verdict("job", Analysed(two), 1.0))
    assert isinstance(sent, Analysed)
    assert sent.observation.faces is not None
    assert [face.patch for face in sent.observation.faces] == [face.patch for face in two.faces]
    alone = analyzer.analyse(clip_frames("head_turns")[0].read_bytes(), looks=Looks.NONE)
    assert alone.faces is not None
    assert [face.patch for face in alone.faces] == [None]


def test_it_is_no_part_of_what_makes_two_faces_the_same_nor_of_what_is_logged() -> None:
    face = Face(Box(0.1, 0.2, 0.1, 0.15))
    other = replace(face, patch=patch.take(THUMBNAIL, face))
    assert other.patch is not None
    assert other == face
    assert other.patch.grey not in repr(other)
