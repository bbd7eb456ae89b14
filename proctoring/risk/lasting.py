"""How long a stretch lasted in the end: when it scored nobody could know, and the event is never changed afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from proctoring.risk.browser import counted_pairs
from proctoring.risk.policy import Policy
from proctoring.risk.stretches import Stretch, read_off

Signal = tuple[float, str]  # Unix seconds and kind
ROUNDED = 0.001  # signals are kept to the millisecond


def stretches_of(policy: Policy, signals: Iterable[Signal]) -> dict[str, list[Stretch]]:
    """Of each rule that follows stretches, all there were; ``signals`` in order of time."""
    told = list(signals)
    return {event: read_off(pairs, told) for event, pairs in counted_pairs(policy).items()}


def kinds_of(policy: Policy) -> set[str]:
    """The signals to read them off."""
    return {kind for pairs in counted_pairs(policy).values() for pair in pairs.items() for kind in pair}


def recorded(stretches: Mapping[str, list[Stretch]], event: str, began: float) -> Stretch | None:
    """The stretch that an event of this name is about; ``began`` (Unix seconds) as the event itself says it. It may lie
    within the stretch: of one that went on after a break only the time after it counted."""
    return next((one for one in stretches.get(event, ()) if one.touches(began + ROUNDED)), None)
