"""A video file that Chromium takes for its camera."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.data import clip_frames

CHROMIUM_FPS = 30  # at which Chromium plays an .mjpeg file, whatever its source


@dataclass(frozen=True, slots=True)
class Segment:
    """``pictures`` at ``fps`` a second, over and over for ``seconds`` (once when None)."""

    pictures: Sequence[bytes]
    fps: float
    seconds: float | None = None

    @property
    def length(self) -> float:
        return self.seconds if self.seconds is not None else len(self.pictures) / self.fps


def read(paths: Sequence[Path]) -> list[bytes]:
    return [path.read_bytes() for path in paths]


def to_and_fro(pictures: Sequence[bytes]) -> list[bytes]:
    """Forwards and back, so that it can be repeated without a jump."""
    return [*pictures, *reversed(pictures[1:-1])]


def looking_at_the_screen() -> list[bytes]:
    """A real person who does; to be repeated."""
    return to_and_fro(read(clip_frames("head_turns")[:8]))


def black(width: int = 640, height: int = 480) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height)).save(target, "JPEG", quality=70)
    return target.getvalue()


def camera_file(folder: Path, segments: Sequence[Segment]) -> Path:
    """Joins the segments into one file. Chromium starts again at its beginning after the last one."""
    path = folder / "camera.mjpeg"
    with path.open("wb") as file:
        for segment in segments:
            for tick in range(round(segment.length * CHROMIUM_FPS)):
                shown = int(tick / CHROMIUM_FPS * segment.fps + 1e-6)
                file.write(segment.pictures[shown % len(segment.pictures)])
    return path
