"""Faces seen where nobody is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from proctoring.evaluation.report import Cell, Mistake, Report, Table
from proctoring.evaluation.statistics import Share
from proctoring.observation import Observation

WITH_PEOPLE = Path(__file__).parent / "labels" / "faces_among_negatives.json"


def false_faces(folders: Mapping[str, Sequence[tuple[Path, Observation]]]) -> Report:
    """By folder: pictures given a face although no person's face is in them.

    Folders of "pictures without a face" hold some all the same. Those known (``WITH_PEOPLE``: left out by name or by
    the beginning of their name) do not count at all, neither as right nor as wrong.
    """
    known = json.loads(WITH_PEOPLE.read_text(encoding="utf-8"))
    files, beginnings = set(known["files"]), tuple(known["beginnings"])
    rows: list[tuple[Cell, ...]] = []
    figures: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    total_count = total = 0
    for name, pictures in folders.items():
        without = [
            (path, seen) for path, seen in pictures if path.name not in files and not path.name.startswith(beginnings)
        ]
        wrong = [(path, seen) for path, seen in without if seen.faces]
        share = Share(len(wrong), len(without))
        total_count, total = total_count + share.count, total + share.total
        figures[name] = share.as_dict() | {"left_out": len(pictures) - len(without)}
        rows.append(
            (name, len(pictures), len(pictures) - len(without), share.total, share.count, str(share), share.span)
        )
        mistakes += [Mistake(_caption(path, seen), path) for path, seen in wrong]
    together = Share(total_count, total)
    figures["together"] = together.as_dict()
    rows.append(("together", "", "", together.total, together.count, str(together), together.span))
    table = Table(
        "Pictures without a person's face that were given one",
        ("folder", "pictures", "left out", "counted", "given a face", "share", "95 % interval"),
        tuple(rows),
        note=known["note"],
    )
    return Report("false-faces", table.title, {"false_faces": figures}, (table,), mistakes=tuple(mistakes))


def _caption(path: Path, seen: Observation) -> str:
    assert seen.faces
    return f"{path.name}: given a face, score {seen.faces[0].box.score:.2f}"
