"""The table of rules: what scores, after how long, how much. Every exam may change every number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

NO_FACE = "NO_FACE"
MULTIPLE_FACES = "MULTIPLE_FACES"
LOOKING_AWAY = "LOOKING_AWAY"
PHONE_DETECTED = "PHONE_DETECTED"
TAB_SWITCH = "TAB_SWITCH"

TOO_DARK = "TOO_DARK"
BLURRED = "BLURRED"
COVERED = "COVERED"
ENVIRONMENT = (TOO_DARK, BLURRED, COVERED)
ENVIRONMENT_HOLD_SECONDS = 2.0

# Relative to the person's own neutral, measured on the clips that tests/clips plays. `head_turns`: turned 26 to 50
# degrees where labelled, raised at most 14; `reading_down`: within 6 but for one glance. `eyes_center_*`: eyes turned
# by 0.08 to 0.13 of their width where labelled, within 0.033 before and after.
AWAY_YAW_DEGREES = 25.0
AWAY_PITCH_DEGREES = 25.0
AWAY_EYES = 0.07

# An unknown reading neither starts nor breaks a run for this long beyond the interval at which one looks.
UNKNOWN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Rule:
    """``hold_seconds``: the condition must have held *longer* than this. TAB_SWITCH has no use for a cooldown."""

    event: str
    hold_seconds: float
    delta: int
    permanent: bool
    cooldown_seconds: float
    enabled: bool = True


DEFAULT_RULES: Mapping[str, Rule] = {
    rule.event: rule
    for rule in (
        Rule(NO_FACE, 2.0, 5, False, 2.0),
        Rule(MULTIPLE_FACES, 2.0, 10, False, 2.0),
        Rule(LOOKING_AWAY, 3.0, 6, False, 3.0),
        Rule(PHONE_DETECTED, 5.0, 15, True, 5.0),
        Rule(TAB_SWITCH, 0.0, 5, True, 0.0),
    )
}


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything of an exam's policy that the engine needs; JSON round trip by ``as_dict`` and ``from_dict``.

    ``frames_per_second`` and ``phone_every`` also say how long a condition may stay unknown (see ``tolerance``).
    """

    rules: Mapping[str, Rule] = field(default_factory=lambda: dict(DEFAULT_RULES))
    frames_per_second: float = 2.0
    phone_every: int = 5
    away_yaw_degrees: float = AWAY_YAW_DEGREES
    away_pitch_degrees: float = AWAY_PITCH_DEGREES
    away_eyes: float = AWAY_EYES

    def rule(self, event: str) -> Rule | None:
        """The rule of that name, ``None`` when this exam has none or has switched it off."""
        rule = self.rules.get(event)
        return rule if rule is not None and rule.enabled else None

    def tolerance(self, event: str | None = None) -> float:
        """Seconds a condition may stay unknown within a run. Without a name: how far apart two pictures may be
        before pictures count as missing."""
        return UNKNOWN_SECONDS + self.interval(event)

    def interval(self, event: str | None = None) -> float:
        """Seconds from one look for a condition to the next."""
        return (self.phone_every if event == PHONE_DETECTED else 1) / self.frames_per_second

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Policy:
        """Raises KeyError or TypeError when ``data`` was not made by :meth:`as_dict`."""
        rules = {name: Rule(**rule) for name, rule in data["rules"].items()}
        return cls(**{**data, "rules": rules})
