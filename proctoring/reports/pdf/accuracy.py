"""How often the detectors are wrong, from the figures that `make evaluate` left in the repository."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from proctoring.evaluation.results import RESULTS

# What is said, the report it stands in, and the way to the figure there.
ROWS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Faces of adults found in portraits", "groups", ("adults", "found")),
    ("The same behind a drawn mask", "groups", ("disguises", "mask", "found")),
    ("Rooms and objects in which a face was found that is none", "groups", ("false_faces", "together")),
    ("Frontal faces taken for looking away, without calibration", "groups", ("adults", "away")),
    ("Phones found in pictures kept apart from training", "phones", ("all", "boxes_found")),
    ("Pictures without a phone in which one was found", "phones", ("all", "false_alarms")),
)  # fmt: skip
# What the labelled clips show, each told by itself: together they would say nothing of any.
BY_KIND = "Events by kind, as shipped and calibrated"
KINDS = {
    "NO_FACE": "Labelled clips: stretches with nobody in view that became an event",
    "LOOKING_AWAY": "Labelled clips: stretches of looking away that became an event",
    "MULTIPLE_FACES": "Labelled clips: stretches with several people that became an event",
    "PHONE_DETECTED": "Labelled clips: stretches with a phone that became an event",
}


@cache
def measured() -> tuple[tuple[str, str, str], ...]:
    """What was measured, the count and the share; without what the figures do not hold."""
    if not RESULTS.exists():
        return ()
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    reports = {report["name"]: report for report in results["reports"]}
    figures = {name: report["figures"] for name, report in reports.items()}
    return (*_rows(figures), *_by_kind(reports.get("events", {}).get("tables", [])))


def _rows(reports: dict[str, Any]) -> list[tuple[str, str, str]]:
    rows = []
    for said, report, way in ROWS:
        figure: Any = reports.get(report, {})
        for step in way:
            figure = figure.get(step, {}) if isinstance(figure, dict) else {}
        if figure and figure.get("total"):
            share = figure["count"] / figure["total"] * 100
            rows.append((said, f"{figure['count']:,} of {figure['total']:,}", f"{share:.1f} %"))
    return rows


def _by_kind(tables: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    found = next((table for table in tables if table["title"] == BY_KIND), None)
    rows = found["rows"] if found is not None else []
    return [(KINDS[kind], str(count), str(share)) for kind, count, share, *_ in rows if kind in KINDS]
