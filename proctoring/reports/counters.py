"""What a session counted, in words."""

from __future__ import annotations

from typing import Any

from proctoring.models import Session
from proctoring.models.sessions import LAST_SEQUENCE

COUNTERS: dict[str, str] = {
    "received": "Pictures received",
    "analysed": "Pictures analysed",
    "dropped": "Pictures skipped for a newer one",
    "late": "Pictures dropped because they came late or twice",
    "not_analysed": "Pictures nobody could analyse",
    "rejected": "Pictures or messages refused",
    "slowed_seconds": "Seconds watched at a lower rate, the server being overloaded",
}


def counter_rows(session: Session) -> list[tuple[str, Any]]:
    """The counters in words; those that hold reasons as one row a reason."""
    rows: list[tuple[str, Any]] = []
    for name, value in session.counters.items():
        if name == LAST_SEQUENCE:
            continue
        label = COUNTERS.get(name) or name.replace("_", " ").capitalize()
        if isinstance(value, dict):
            rows.extend((f"{label}: {reason.replace('_', ' ')}", count) for reason, count in sorted(value.items()))
        else:
            rows.append((label, value))
    return rows
