"""Events that belong together, for the timeline a person reads.

One incident stays open, its severity only rises, and it closes after a quiet time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

QUIET_SECONDS = 10.0
# Points of risk an incident has raised. One event by itself is never serious, whatever an exam lets it score.
NOTABLE_POINTS = 10
SERIOUS_POINTS = 25

Severity = Literal["minor", "notable", "serious"]


class Scored(Protocol):
    """What grouping needs of an event; both a draft and a stored one have it."""

    @property
    def ledger(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def unix_ms(self) -> int: ...
    @property
    def risk_delta(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Incident:
    """``names`` in order of first appearance, ``positions`` the events' places in what was given; times in seconds."""

    start: float
    end: float
    names: tuple[str, ...]
    positions: tuple[int, ...]
    points: int

    @property
    def severity(self) -> Severity:
        if self.points >= SERIOUS_POINTS and len(self.positions) > 1:
            return "serious"
        return "notable" if self.points >= NOTABLE_POINTS else "minor"

    def is_open(self, now: float) -> bool:
        return now - self.end <= QUIET_SECONDS


def group(events: Iterable[Scored]) -> list[Incident]:
    """Incidents of the integrity ledger in order of time, whatever the order in which the events were recorded."""
    scored = [(event.unix_ms / 1000, place, event) for place, event in enumerate(events) if event.ledger == "integrity"]
    incidents: list[Incident] = []
    for time, place, event in sorted(scored, key=lambda entry: entry[:2]):
        if incidents and incidents[-1].is_open(time):
            last = incidents.pop()
            names = last.names if event.name in last.names else (*last.names, event.name)
            incidents.append(
                Incident(last.start, time, names, (*last.positions, place), last.points + event.risk_delta)
            )
        else:
            incidents.append(Incident(time, time, (event.name,), (place,), event.risk_delta))
    return incidents
