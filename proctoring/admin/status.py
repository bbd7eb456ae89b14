"""What every page of the admin says: detectors that could not be loaded, and in which time zone times are given."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from exams.scoped_admin import STAFF, has_role, zone_for
from proctoring import selectors
from proctoring.analysis.service import running
from proctoring.live.pacing import Part, pacer
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


def overload(user: selectors.Visitor) -> Part | None:
    """While this server asks candidates' pages for fewer pictures than their exams want: how many of those whom the
    user may see. All zero when it concerns others only; None also for whoever may see nobody."""
    told = pacer.figures()
    if not told.slowed or not selectors.may_watch(user):
        return None
    seen = selectors.visible_of(user, told.by_exam)
    return sum((part for exam_id, part in told.by_exam.items() if exam_id in seen), Part())


def for_every_page(request: HttpRequest) -> dict[str, Any]:
    staff = has_role(request, STAFF)
    return {"broken_detectors": broken_detectors() if staff else [], "overload": overload(request.user)}


def time_zone_label(request: HttpRequest) -> list[str]:
    return [f"Times: {zone_for(request)}", "info"]
