"""What the simulated candidates show their cameras: all clips, at the rate and quality a browser sends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from proctoring.replay.clips import FolderClip, open_clip, reencode

# Pictures a second of the clips as filmed; stills are shown for three seconds each.
STILL_FPS = 1 / 3
CLIP_FPS = {
    "head_turns": 12.35,
    "reading_down": 6.7,
    "eyes_center_left_center": 8.0,
    "eyes_center_right_center": 8.0,
    "two_people": 12.0,
    "walking_in": 12.0,
    "turning_woman": 12.0,
    "phone_at_webcam": STILL_FPS,
    "phone_in_hand": STILL_FPS,
    "wallet_at_webcam": STILL_FPS,
}
NEUTRAL_CLIP, NEUTRAL_SECONDS = "head_turns", 0.65


class NoMaterial(Exception):
    """The clips are not there."""


@dataclass(frozen=True, slots=True)
class Show:
    """One clip, sampled at ``interval`` seconds, as the JPEGs a browser would send. Played over and over."""

    name: str
    jpegs: tuple[bytes, ...]


def load_shows(folder: Path, *, interval: float) -> list[Show]:
    """Every clip in ``folder``; raises NoMaterial when there is none."""
    paths = sorted(path for path in folder.iterdir() if any(path.glob("*.jpg"))) if folder.is_dir() else []
    if not paths:
        raise NoMaterial(f"There are no clips at {folder}. Name the folder that holds them with --clips.")
    return [load_show(path, interval=interval) for path in paths]


def load_show(path: Path, *, interval: float) -> Show:
    clip = open_clip(path, fps=CLIP_FPS.get(path.name))
    assert isinstance(clip, FolderClip)
    encoded: dict[bytes, bytes] = {}
    jpegs = []
    for frame in clip.sample(interval):
        if frame.jpeg not in encoded:
            encoded[frame.jpeg] = reencode(frame.jpeg)
        jpegs.append(encoded[frame.jpeg])
    return Show(path.name, tuple(jpegs))


def evenly(shows: Sequence[Show], each: int) -> list[bytes]:
    """``each`` pictures of every show, played over and over: the mix the server gets."""
    return [show.jpegs[place % len(show.jpegs)] for place in range(each) for show in shows]


def neutral_jpegs(folder: Path) -> list[bytes]:
    """Pictures of somebody who looks at the screen; any pictures when that clip is missing."""
    path = folder / NEUTRAL_CLIP
    source = path if path.is_dir() else next(each for each in sorted(folder.iterdir()) if any(each.glob("*.jpg")))
    return [frame.jpeg for frame in open_clip(source, fps=CLIP_FPS.get(source.name)).sample(until=NEUTRAL_SECONDS)]
