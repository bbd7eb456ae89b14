"""Who is watched at which rate when the workers cannot look at as many pictures as the exams ask for. Pure arithmetic.

Rates fall in this order, each step only once the one before is used up:

1. everybody who is not at risk, all by the same factor, down to ``FLOOR``;
2. those at risk, all by the same factor, down to the same floor;
3. everybody, below the floor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

# Frames a second. The shortest limits are 2 s (proctoring.risk.policy.DEFAULT_RULES): with a picture every two seconds
# whatever lasts that long is in one picture at least, and that picture puts the session among those at risk, who keep
# their rate, so that it is confirmed with as many pictures as ever.
FLOOR = 0.5
# A picture every ten seconds says little more than that somebody is there. Less often than that nobody is asked:
# then frames wait, one a session, and who has waited longest is next.
LEAST = 0.1
# Whoever follows the calibration's dot for ten seconds needs eight good pictures of it
# (proctoring.risk.calibration.MINIMUM_SAMPLES), or has to do it again, which costs the more.
LEAST_WHILE_CALIBRATING = 1.0


class Kind(NamedTuple):
    """Sessions that get the same: frames a second that their exams ask for, and below which they never fall."""

    wanted: float
    at_risk: bool
    least: float = LEAST


Sessions = Mapping[Kind, int]  # how many of each kind
HALVINGS = 30


@dataclass(frozen=True, slots=True)
class Shares:
    """Factors from 0 to 1 of the three steps."""

    ordinary: float = 1.0
    at_risk: float = 1.0
    everybody: float = 1.0

    def rate(self, wanted: float, *, at_risk: bool, least: float = LEAST) -> float:
        """Frames a second of a session whose exam asks for ``wanted``."""
        factor = self.at_risk if at_risk else self.ordinary
        rate = max(factor * wanted, min(wanted, FLOOR))
        return max(self.everybody * rate, min(wanted, least))

    def total(self, everybody: Sessions) -> float:
        """Frames a second of all of them together."""
        return sum(
            self.rate(wanted, at_risk=at_risk, least=least) * number
            for (wanted, at_risk, least), number in everybody.items()
        )


FULL = Shares()
STEPS: tuple[Callable[[float], Shares], ...] = (
    lambda factor: Shares(factor, 1.0, 1.0),
    lambda factor: Shares(0.0, factor, 1.0),
    lambda factor: Shares(0.0, 0.0, factor),
)


def share(limit: float, everybody: Sessions) -> Shares:
    """The largest shares that come to no more than ``limit`` frames a second, or else the least there are."""
    if FULL.total(everybody) <= limit:
        return FULL
    for step in STEPS:
        if step(0.0).total(everybody) > limit:
            continue
        fits, too_much = 0.0, 1.0
        for _ in range(HALVINGS):
            middle = (fits + too_much) / 2
            if step(middle).total(everybody) <= limit:
                fits = middle
            else:
                too_much = middle
        return step(fits)
    return STEPS[-1](0.0)
