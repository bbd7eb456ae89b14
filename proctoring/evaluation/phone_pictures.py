"""Pictures whose phones are known: YOLO text files, the `labels.csv` of a clip, or a folder without any phone."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from proctoring.evaluation.report import NotMeasurable
from proctoring.observation import Box
from proctoring.training.exclusions import is_excluded
from proctoring.training.split import is_held_out

PHONE_CLASS = 0  # in the data folder, where nothing else has a box
SUFFIXES = frozenset({".jpg", ".jpeg"})


@dataclass(frozen=True, slots=True)
class Labelled:
    path: Path
    source: str
    group: str
    truth: tuple[Box, ...]


def read_folder(folder: Path, *, number: int = PHONE_CLASS, held_out: bool = False) -> list[Labelled]:
    """The pictures of one folder, in order of name; ``held_out``: only those no training command ever uses.

    Three layouts: ``images/`` and ``labels/`` (YOLO text; ``index.csv`` names each picture's source and group when it
    is there); a clip with ``labels.csv`` (frame, phone, cx, cy, w, h); and pictures alone, at any depth, which are
    taken to hold no phone. ``number``: the class, in YOLO text, that is a phone; others are nothing.

    Raises :class:`~proctoring.evaluation.report.NotMeasurable`.
    """
    if not folder.is_dir():
        raise NotMeasurable(f"{folder} is no folder of pictures.")
    if (folder / "labels").is_dir():
        found = _with_text(folder, number)
    elif (folder / "labels.csv").is_file():
        found = _clip(folder)
    else:
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
        found = [Labelled(path, path.parent.name, path.stem, ()) for path in paths]
    if held_out:
        found = [
            one for one in found if is_held_out(one.group) and not is_excluded(name=one.path.stem, group=one.group)
        ]
    if not found:
        kept = "held out of training " if held_out else ""
        raise NotMeasurable(f"{folder} holds no JPEG pictures {kept}to look at.")
    return found


def trained_on(folder: Path) -> list[Labelled]:
    """Those that :func:`read_folder` leaves out where only what is held out is asked for, and that training uses."""
    return [
        one
        for one in read_folder(folder)
        if not is_held_out(one.group) and not is_excluded(name=one.path.stem, group=one.group)
    ]


def _with_text(folder: Path, number: int) -> list[Labelled]:
    index: dict[str, tuple[str, str]] = {}
    if (folder / "index.csv").is_file():
        with (folder / "index.csv").open(newline="") as file:
            index = {row["name"]: (row["source"], row["group"]) for row in csv.DictReader(file)}
    pictures = sorted(path for path in (folder / "images").glob("*") if path.suffix.lower() in SUFFIXES)
    found = []
    for path in pictures:
        source, group = index.get(path.stem, (folder.name, path.stem))
        found.append(Labelled(path, source, group, _boxes(folder / "labels" / f"{path.stem}.txt", number)))
    return found


def _boxes(file: Path, number: int) -> tuple[Box, ...]:
    if not file.is_file():  # YOLO's way to say that nothing is there
        return ()
    try:
        rows = [line.split() for line in file.read_text().splitlines() if line.strip()]
        return tuple(_box(*row[1:5]) for row in rows if int(row[0]) == number)
    except (TypeError, ValueError) as error:
        raise NotMeasurable(f"{file}: a line is not “class cx cy w h” ({error}).") from error


def _clip(folder: Path) -> list[Labelled]:
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"frame", "phone", "cx", "cy", "w", "h"} <= rows[0].keys():
        raise NotMeasurable(f"{folder / 'labels.csv'} has no columns frame, phone, cx, cy, w and h.")
    return [
        Labelled(
            folder / f"{row['frame']}.jpg",
            folder.name,
            folder.name,
            (_box(row["cx"], row["cy"], row["w"], row["h"]),) if row["phone"] == "1" else (),
        )
        for row in rows
    ]


def _box(cx: str, cy: str, w: str, h: str) -> Box:
    width, height = float(w), float(h)
    return Box(float(cx) - width / 2, float(cy) - height / 2, width, height)
