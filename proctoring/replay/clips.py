"""Clips as a camera: a folder of JPEGs or a video file, sampled at moments of the clip's own time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cv2.typing import MatLike

JPEG_QUALITY = 70  # what the browser asks of its own encoder (0.7)
MAX_WIDTH, MAX_HEIGHT = 640, 480  # what the browser asks of the camera
DEFAULT_FOLDER_FPS = 10.0  # a folder does not know how fast it was filmed


class ClipError(Exception):
    """The clip cannot be played; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Frame:
    time: float
    jpeg: bytes


class Clip(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def fps(self) -> float: ...

    def sample(self, every: float = 0.0, *, until: float | None = None) -> Iterator[Frame]:
        """What the camera shows at 0, ``every``, 2 × ``every``, … seconds, each picture anew from the clip's beginning.

        ``every`` 0 means each picture once. Longer than its next picture is away, a picture is shown again, as a camera
        would. Stops at the clip's end or before ``until`` seconds.
        """
        ...


@dataclass(frozen=True, slots=True)
class FolderClip:
    name: str
    fps: float
    paths: tuple[Path, ...]

    def sample(self, every: float = 0.0, *, until: float | None = None) -> Iterator[Frame]:
        end = len(self.paths) / self.fps if until is None else min(until, len(self.paths) / self.fps)
        for time in moments(every or 1 / self.fps, end):
            yield Frame(time, self.paths[picture_at(time, self.fps)].read_bytes())


@dataclass(frozen=True, slots=True)
class VideoClip:
    name: str
    fps: float
    path: Path

    def sample(self, every: float = 0.0, *, until: float | None = None) -> Iterator[Frame]:
        import cv2

        video = cv2.VideoCapture(str(self.path))
        try:
            position, jpeg = -1, b""
            for time in moments(every or 1 / self.fps, until):
                wanted = picture_at(time, self.fps)
                if wanted > position:
                    while position < wanted:  # only the pictures that are shown are decoded
                        if not video.grab():
                            return
                        position += 1
                    jpeg = encode(video.retrieve()[1])
                yield Frame(time, jpeg)
        finally:
            video.release()


def moments(every: float, end: float | None) -> Iterator[float]:
    step = 0
    while end is None or step * every < end - 1e-9:
        yield step * every
        step += 1


def picture_at(time: float, fps: float) -> int:
    return int(time * fps + 1e-6)


def open_clip(path: Path, *, fps: float | None = None) -> Clip:
    """Raises ClipError when there is nothing at ``path`` that can be played."""
    if fps is not None and fps <= 0:
        raise ClipError(f"{fps:g} frames per second cannot be played; give a number above 0.")
    if path.is_dir():
        pictures = tuple(sorted(p for p in path.iterdir() if p.suffix.lower() in {".jpg", ".jpeg"}))
        if not pictures:
            raise ClipError(f"The folder {path} holds no .jpg pictures.")
        return FolderClip(path.name, fps or DEFAULT_FOLDER_FPS, pictures)
    if path.is_file():
        return VideoClip(path.name, fps or video_fps(path), path)
    raise ClipError(f"There is no clip at {path}. Give a folder of .jpg pictures or a video file.")


def video_fps(path: Path) -> float:
    import cv2

    video = cv2.VideoCapture(str(path))
    try:
        if not video.isOpened() or not video.grab():
            raise ClipError(f"{path} cannot be read as a video. Give a folder of .jpg pictures or a video file.")
        fps = float(video.get(cv2.CAP_PROP_FPS))
    finally:
        video.release()
    if not 0 < fps < 1000:
        raise ClipError(f"{path} does not say how many pictures a second it shows. Say so with --fps.")
    return fps


def encode(picture: MatLike) -> bytes:
    """One picture as the browser would send it: at most 640×480, JPEG quality 0.7. Channels in OpenCV's order."""
    import cv2

    height, width = picture.shape[:2]
    scale = min(1.0, MAX_WIDTH / width, MAX_HEIGHT / height)
    if scale < 1.0:
        size = (round(width * scale), round(height * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    ok, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not ok:
        raise ClipError(f"A picture of {width}×{height} pixels could not be encoded as JPEG.")
    return bytes(data)


def reencode(jpeg: bytes) -> bytes:
    """A stored picture at the quality and size a browser sends."""
    import numpy as np
    from PIL import Image

    with Image.open(io.BytesIO(jpeg)) as image:
        return encode(np.asarray(image.convert("RGB"))[:, :, ::-1])
