"""Clips whose truth is known: a folder of pictures and a JSON file that says what happens when.

    {"clip": "head_turns", "fps": 12.35, "neutral": [0.0, 0.5],
     "intervals": [{"event": "LOOKING_AWAY", "start": 2.02, "end": 3.08}],
     "unsure": [{"event": "LOOKING_AWAY", "start": 9.07, "end": 9.6}],
     "note": "…"}

Times are seconds from the clip's beginning. ``neutral``: when the person looks straight at the screen, or null. What is
neither labelled nor unsure is honest. A folder of stills says instead for how long each is shown and what it shows:
``"stills": 8.0, "shows": "PHONE_DETECTED"`` (or null); each still is then a clip of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proctoring.evaluation.looking import pictures_in
from proctoring.evaluation.report import NotMeasurable

SHIPPED_LABELS = Path(__file__).parent / "labels" / "clips"


@dataclass(frozen=True, slots=True)
class Span:
    event: str
    start: float
    end: float

    def overlap(self, start: float, end: float) -> float:
        """Seconds in common with ``start`` to ``end``."""
        return max(0.0, min(self.end, end) - max(self.start, start))


@dataclass(frozen=True, slots=True)
class LabelledClip:
    name: str
    fps: float
    pictures: tuple[Path, ...]
    neutral: tuple[float, float] | None
    intervals: tuple[Span, ...]
    unsure: tuple[Span, ...]
    still: bool = False

    @property
    def seconds(self) -> float:
        return len(self.pictures) / self.fps

    def labelled(self, event: str) -> list[Span]:
        return [span for span in self.intervals if span.event == event]

    def honest_seconds(self, events: Sequence[str]) -> float:
        """Seconds in which none of ``events`` is labelled or unsure, on a grid of 10 ms."""
        spans = [span for span in (*self.intervals, *self.unsure) if span.event in events]
        ticks = (tick / 100 for tick in range(round(self.seconds * 100)))
        return sum(all(span.overlap(tick, tick + 0.01) == 0 for span in spans) for tick in ticks) / 100


def open_clips(folder: Path, labels: Path = SHIPPED_LABELS) -> list[LabelledClip]:
    """Every folder in ``folder`` with a label file: its own ``labels.json``, else ``labels/<its name>.json``.

    Raises NotMeasurable when there is none, or when a label file cannot be understood.
    """
    clips: list[LabelledClip] = []
    for place in sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else ():
        own = place / "labels.json"
        file = own if own.exists() else labels / f"{place.name}.json"
        if file.exists():
            clips += _open(place, file)
    if not clips:
        raise NotMeasurable(f"There is no labelled clip in {folder}: no folder in it has a labels.json.")
    return clips


def _open(place: Path, file: Path) -> list[LabelledClip]:
    pictures = tuple(pictures_in(place))
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        if "stills" in data:
            return [_still(data, place.name, picture) for picture in pictures]
        neutral = data["neutral"]
        return [
            LabelledClip(
                data["clip"],
                float(data["fps"]),
                pictures,
                None if neutral is None else (float(neutral[0]), float(neutral[1])),
                _spans(data["intervals"]),
                _spans(data.get("unsure", [])),
            )
        ]
    except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise NotMeasurable(f"{file} is not a label file as `evaluate events` reads it ({error!r}).") from error


def _still(data: dict[str, Any], clip: str, picture: Path) -> LabelledClip:
    seconds = float(data["stills"])
    shown = [] if data["shows"] is None else [Span(data["shows"], 0.0, seconds)]
    unsure = [Span(event, 0.0, seconds) for event in data.get("unsure_of", [])]
    return LabelledClip(
        f"{clip}/{picture.stem}", 1 / seconds, (picture,), None, tuple(shown), tuple(unsure), still=True
    )


def _spans(rows: list[dict[str, Any]]) -> tuple[Span, ...]:
    return tuple(Span(row["event"], float(row["start"]), float(row["end"])) for row in rows)
