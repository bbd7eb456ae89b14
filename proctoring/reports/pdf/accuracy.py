"""How often the detectors are wrong, from the figures that `make evaluate` left in the repository."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from proctoring.evaluation.results import RESULTS

_AS_SHIPPED = "as shipped, calibrated"
# What is said, the report it stands in, and the way to the figure there.
ROWS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Faces of adults found in portraits", "groups", ("adults", "found")),
    ("The same behind a drawn mask", "groups", ("disguises", "mask", "found")),
    ("Rooms and objects in which a face was found that is none", "groups", ("false_faces", "together")),
    ("Frontal faces taken for looking away, without calibration", "groups", ("adults", "away")),
    ("Stretches of labelled clips for which an event was recorded", "events", ("settings", _AS_SHIPPED, "found")),
    ("Phones found in pictures kept apart from training", "phones", ("all", "boxes_found")),
    ("Pictures without a phone in which one was found", "phones", ("all", "false_alarms")),
)  # fmt: skip


@cache
def measured() -> tuple[tuple[str, str, str], ...]:
    """What was measured, the count and the share; without what the figures do not hold."""
    if not RESULTS.exists():
        return ()
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    return tuple(_rows({report["name"]: report["figures"] for report in results["reports"]}))


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
