"""Clips are sampled as a camera shows them."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from proctoring.replay.clips import ClipError, moments, open_clip, reencode


def jpeg(grey: int, size: tuple[int, int] = (64, 48)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, (grey, grey, grey)).save(target, "JPEG", quality=95)
    return target.getvalue()


def grey(data: bytes) -> int:
    with Image.open(io.BytesIO(data)) as image:
        return round(float(np.asarray(image.convert("L")).mean()))


def folder(tmp_path: Path, count: int) -> Path:
    for number in range(count):
        (tmp_path / f"{number:04}.jpg").write_bytes(jpeg(number * 20))
    (tmp_path / "labels.csv").write_text("frame,turned\n")
    return tmp_path


def video(tmp_path: Path, count: int, size: tuple[int, int] = (64, 48)) -> Path:
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, size)
    for number in range(count):
        writer.write(np.full((size[1], size[0], 3), number * 20, np.uint8))
    writer.release()
    return path


def test_a_folder_plays_its_pictures_in_order_and_only_them(tmp_path: Path) -> None:
    clip = open_clip(folder(tmp_path, 4), fps=8)
    assert [(frame.time, round(grey(frame.jpeg), -1)) for frame in clip.sample()] == [
        (0.0, 0),
        (0.125, 20),
        (0.25, 40),
        (0.375, 60),
    ]


def test_a_camera_slower_than_the_clip_skips_and_a_faster_one_repeats(tmp_path: Path) -> None:
    clip = open_clip(folder(tmp_path, 6), fps=4)
    assert [round(grey(frame.jpeg), -1) for frame in clip.sample(0.5)] == [0, 40, 80]
    still = open_clip(tmp_path, fps=0.5)
    assert [round(grey(frame.jpeg), -1) for frame in still.sample(1.0, until=5.0)] == [0, 0, 20, 20, 40]


def test_a_video_is_sampled_like_a_folder(tmp_path: Path) -> None:
    clip = open_clip(video(tmp_path, 6))
    assert clip.fps == 10.0
    assert [round(grey(frame.jpeg), -1) for frame in clip.sample(0.2)] == [0, 40, 80]


def test_a_large_video_is_sent_at_the_size_of_a_webcam(tmp_path: Path) -> None:
    frame = next(open_clip(video(tmp_path, 2, (1280, 720))).sample())
    with Image.open(io.BytesIO(frame.jpeg)) as image:
        assert image.size == (640, 360)


def test_reencoding_keeps_the_picture() -> None:
    assert abs(grey(reencode(jpeg(120))) - 120) <= 2


def test_moments_do_not_drift() -> None:
    assert list(moments(0.1, 100.0))[-1] == pytest.approx(99.9, abs=1e-9)


def test_it_says_what_is_wrong_with_a_clip(tmp_path: Path) -> None:
    with pytest.raises(ClipError, match="There is no clip at"):
        open_clip(tmp_path / "absent")
    with pytest.raises(ClipError, match=r"holds no \.jpg pictures"):
        open_clip(tmp_path)
    (tmp_path / "notes.txt").write_text("no video")
    with pytest.raises(ClipError, match="cannot be read as a video"):
        open_clip(tmp_path / "notes.txt")
    with pytest.raises(ClipError, match="above 0"):
        open_clip(tmp_path, fps=0)
