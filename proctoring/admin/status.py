"""What every page of the admin says: detectors that could not be loaded, and in which time zone times are given."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from exams.scoped_admin import STAFF, has_role, zone_for
from proctoring.analysis.service import running
from proctoring.live.pacing import Figures, pacer
from proctoring.vision.config import DetectorStatus

# What a missing detector means to the person who watches, by its key in Analyzer.detectors.
WITHOUT: dict[str, str] = {
    "faces": "Nobody counts faces: NO_FACE and MULTIPLE_FACES cannot be recorded.",
    "mesh": "Nobody measures head and eyes: LOOKING_AWAY cannot be recorded.",
    "phone": "Nobody looks for phones: PHONE_DETECTED cannot be recorded.",
}


NAMES: dict[str, str] = {"faces": "Faces", "mesh": "Head and eyes", "phone": "Phones"}


def detectors() -> list[DetectorStatus]:
    """As the analysis of this process reports them; none while it has not started."""
    pool = running()
    return pool.status() if pool is not None else []


def broken_detectors() -> list[dict[str, str]]:
    """Each detector that is off, why, and what follows from it."""
    return [
        {
            "name": status.name,
            "title": NAMES.get(status.name, status.name),
            "reason": status.reason,
            "without": WITHOUT.get(status.name, ""),
        }
        for status in detectors()
        if not status.ok
    ]


def overload() -> Figures | None:
    """While this server asks candidates' pages for fewer pictures than their exams want."""
    told = pacer.figures()
    return told if told.slowed else None


def for_every_page(request: HttpRequest) -> dict[str, Any]:
    staff = has_role(request, STAFF)
    return {"broken_detectors": broken_detectors() if staff else [], "overload": overload() if staff else None}


def time_zone_label(request: HttpRequest) -> list[str]:
    return [f"Times: {zone_for(request)}", "info"]
