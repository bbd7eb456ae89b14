"""What happened to an attempt's time: changes and breaks, in the order in which they came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from exams.models import Attempt, Break, TimeChange


@dataclass(frozen=True, slots=True)
class Entry:
    """A change of the time, or a break."""

    at: datetime
    change: TimeChange | None = None
    taken: Break | None = None

    @property
    def seconds(self) -> float:
        """How long a break was that has ended."""
        ended = self.taken and self.taken.ended_at
        return (ended - self.at).total_seconds() if ended else 0.0


def entries_of(attempt: Attempt) -> list[Entry]:
    changes = [Entry(change.at, change=change) for change in attempt.time_changes.select_related("by")]
    breaks = [Entry(taken.began_at, taken=taken) for taken in attempt.breaks.all()]
    return sorted([*changes, *breaks], key=lambda entry: entry.at)
