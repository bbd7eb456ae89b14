"""Pictures and lists of pictures, and the product's own detectors to look at them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from proctoring.analysis.config import analyzer_config
from proctoring.evaluation.report import NotMeasurable
from proctoring.observation import Box, Looks, ModelRef, Observation
from proctoring.vision.analyzer import Analyzer
from proctoring.vision.frame import BadFrame, decode
from proctoring.vision.model_files import ModelUnavailable
from proctoring.vision.phones import PhoneDetector

MAX_BYTES = 16 * 1024 * 1024  # pictures of a data set may be saved at a higher quality than a browser's frame


class Looker:
    """The detectors as a session uses them, one thread. Raises NotMeasurable when one that is ``needed`` is off.

    ``phone_threshold``: the lowest score of what is told as a phone, where that is not the product's own.
    """

    def __init__(self, *, needed: Iterable[str], phone_threshold: float | None = None) -> None:
        config = replace(analyzer_config(), max_frame_bytes=MAX_BYTES)
        if phone_threshold is not None:
            config = replace(config, phone_threshold=phone_threshold)
        self._analyzer = Analyzer(config)
        for name in needed:
            status = self._analyzer.detectors[name]
            if not status.ok:
                raise NotMeasurable(f"The detector “{name}” is off, so it cannot be measured. {status.reason}")

    @property
    def models(self) -> dict[str, ModelRef]:
        return {name: one.model for name, one in self._analyzer.detectors.items() if one.model is not None}

    def look(self, picture: Path, *, phone: bool = False) -> Observation:
        """Raises NotMeasurable for a picture that no session would accept."""
        try:
            return self.look_at(picture.read_bytes(), phone=phone)
        except BadFrame as error:
            raise NotMeasurable(f"{picture} cannot be looked at. {error}") from error
        except OSError as error:
            raise NotMeasurable(f"{picture} cannot be read: {error.strerror or error}.") from error

    def look_at(self, jpeg: bytes, *, phone: bool = False) -> Observation:
        return self._analyzer.analyse(jpeg, looks=Looks.ALL if phone else Looks.FAR_FACES)


class Skipping:
    """Looks, and leaves out what cannot be looked at: a few pictures of thousands must not end a measurement."""

    def __init__(self, looker: Looker) -> None:
        self._looker = looker
        self._seen = 0
        self._reasons: list[str] = []

    def look(self, picture: Path) -> Observation | None:
        try:
            seen = self._looker.look(picture)
        except NotMeasurable as error:
            self._reasons.append(str(error))
            return None
        self._seen += 1
        return seen

    def notes(self) -> tuple[str, ...]:
        """What was left out. Raises NotMeasurable when that was everything."""
        if not self._reasons:
            return ()
        if not self._seen:
            raise NotMeasurable(f"None of the {len(self._reasons)} pictures can be looked at. {self._reasons[0]}")
        return (
            f"{len(self._reasons)} pictures cannot be looked at and are not counted. The first: {self._reasons[0]}",
        )


class FullPrecision:
    """The phone model as it was trained, not its copy in eight bits. Raises NotMeasurable."""

    def __init__(self) -> None:
        try:
            self._detector = PhoneDetector(replace(analyzer_config(), phone_int8=False))
        except ModelUnavailable as error:
            raise NotMeasurable(str(error)) from error

    def phones(self, picture: Path) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
        """In a picture that was looked at before: phones, and what is too faint to be one by itself."""
        return self._detector.look(decode(picture.read_bytes(), max_bytes=MAX_BYTES))


def read_rows(path: Path, columns: Iterable[str]) -> list[dict[str, str]]:
    """The rows of a CSV file that has at least ``columns``. Raises NotMeasurable."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise NotMeasurable(f"{path} has no column “{missing[0]}”; needed are {', '.join(columns)}.")
            rows = list(reader)
    except OSError as error:
        raise NotMeasurable(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise NotMeasurable(f"{path} is not a CSV file in UTF-8.") from error
    if not rows:
        raise NotMeasurable(f"{path} names no pictures.")
    return rows


def picture_of(row: dict[str, str], listed_in: Path) -> Path:
    """Where the picture of a row lies: relative to its list, or in a folder ``images`` beside it."""
    beside = listed_in.parent / row["file"]
    return beside if beside.exists() else listed_in.parent / "images" / row["file"]


def pictures_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in {".jpg", ".jpeg"})
