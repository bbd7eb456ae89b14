"""Pictures that are refused, each with its own code, before a decoder sees them."""

from __future__ import annotations

import pickle

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from proctoring.vision.frame import BadFrame, check, decode
from tests.vision.conftest import jpeg

SMALL = jpeg(np.full((48, 64, 3), 90, np.uint8))


def header(width: int, height: int) -> bytes:
    """A JPEG's first bytes claiming any size, and an end."""
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return b"\xff\xd8\xff\xc0\x00\x11\x08" + size + b"\x03" + bytes(9) + b"\xff\xda\x00\x02" + bytes(40) + b"\xff\xd9"


def refusal(data: bytes) -> str:
    with pytest.raises(BadFrame) as refused:
        check(data)
    assert str(refused.value).endswith(".")
    return refused.value.code


def test_a_real_frame_passes_with_its_size(frame: bytes) -> None:
    assert check(frame) == (640, 480)
    assert decode(frame).shape == (480, 640, 3)


def test_colours_arrive_as_red_green_blue() -> None:
    blue = np.zeros((64, 64, 3), np.uint8)
    blue[..., 0] = 255  # OpenCV writes blue first
    assert decode(jpeg(blue))[32, 32].argmax() == 2


def test_a_grey_jpeg_is_decoded_to_three_channels() -> None:
    assert decode(jpeg(np.full((40, 50), 128, np.uint8))).shape == (40, 50, 3)


def test_a_progressive_jpeg_passes() -> None:
    _, data = cv2.imencode(".jpg", np.zeros((48, 64, 3), np.uint8), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])
    assert check(data.tobytes()) == (64, 48)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"GIF89a" + bytes(100), "not_jpeg"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "not_jpeg"),
        (b"\xff\xd8" + bytes(100), "not_jpeg"),
        (b"\xff\xd8\xff\xda\x00\x02" + bytes(40) + b"\xff\xd9", "not_jpeg"),
        (SMALL[:2], "truncated"),
        (SMALL[:100], "truncated"),
        (SMALL[:-2], "truncated"),
        (b"\xff\xd8" + bytes(256 * 1024), "too_large"),
        (header(60_000, 60_000), "dimensions"),
        (header(1921, 1080), "dimensions"),
        (header(1081, 1081), "dimensions"),
        (header(640, 31), "dimensions"),
        (header(0, 0), "dimensions"),
    ],
)
def test_a_bad_frame_has_its_own_code(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_a_picture_of_a_thousand_scans_never_reaches_the_decoder() -> None:
    """A few kilobytes that go over the picture again and again take a decoder minutes."""
    ok, encoded = cv2.imencode(".jpg", np.zeros((480, 640, 3), np.uint8), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])
    assert ok
    picture = bytes(encoded)
    scan = picture[picture.rindex(b"\xff\xda") : -2]
    with pytest.raises(BadFrame, match="scans") as refused:
        decode(picture[:-2] + 1000 * scan + b"\xff\xd9")
    assert refused.value.code == "not_jpeg"


def test_no_picture_hides_in_front_of_the_one_that_is_checked() -> None:
    """A decoder passes over FF 00 alone: what looked like a segment was a picture of 30,000 by 30,000 pixels, 5 GB."""
    other = jpeg(np.full((64, 80, 3), 90, np.uint8))
    hidden = b"\xff\x00" + (len(other) + 2).to_bytes(2, "big") + other[2:]
    assert refusal(b"\xff\xd8" + hidden + SMALL[2:]) == "not_jpeg"


def test_the_largest_picture_passes_in_both_orientations() -> None:
    assert check(header(1920, 1080)) == (1920, 1080)
    assert check(header(1080, 1920)) == (1080, 1920)


def test_a_picture_with_a_header_but_no_contents_is_refused_by_the_decoder() -> None:
    with pytest.raises(BadFrame) as refused:
        decode(header(640, 480))
    assert refused.value.code == "not_jpeg"


def test_a_refusal_crosses_processes_with_its_code() -> None:
    refused = pickle.loads(pickle.dumps(BadFrame("empty", "The picture is empty.")))  # noqa: S301 (our own bytes)
    assert (refused.code, str(refused)) == ("empty", "The picture is empty.")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
@example(b"\xff\xd8\xff")
def test_any_bytes_are_judged_without_another_exception(data: bytes) -> None:
    _judge(data)
    _judge(b"\xff\xd8\xff" + data)


@settings(max_examples=150, deadline=None)
@given(st.integers(2, len(SMALL) - 1), st.binary(min_size=1, max_size=8), st.booleans())
def test_a_damaged_jpeg_is_decoded_or_refused(position: int, damage: bytes, cut: bool) -> None:
    _judge(SMALL[:position] + damage + (b"" if cut else SMALL[position + len(damage) :]))


def _judge(data: bytes) -> None:
    try:
        picture = decode(data)
    except BadFrame as refused:
        assert refused.code in {"empty", "not_jpeg", "truncated", "too_large", "dimensions"}
    else:
        assert picture.ndim == 3
        assert picture.dtype == np.uint8
