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
FULLSCREEN_LEFT = "FULLSCREEN_LEFT"
COPY_PASTE = "COPY_PASTE"
SECOND_SCREEN = "SECOND_SCREEN"
# Rules that follow the browser's signals; the others follow the pictures.
BROWSER_RULES = (TAB_SWITCH, FULLSCREEN_LEFT, COPY_PASTE, SECOND_SCREEN)

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

# Before watching begins, whatever the exam's own rate: enough to see oneself put right, and to measure in ten seconds.
CHECK_FRAMES_PER_SECOND = 2.0
CALIBRATION_FRAMES_PER_SECOND = 5.0

# An unknown reading neither starts nor breaks a run for this long beyond the interval at which one looks.
UNKNOWN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Rule:
    """``hold_seconds``: the condition must have held *longer* than this. Some rules have no use for it, others none for
    the cooldown: ``USES_NO_HOLD``, ``USES_NO_COOLDOWN``."""

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
        # Recorded without a score unless an exam wants them to count.
        Rule(FULLSCREEN_LEFT, 0.0, 5, True, 0.0, enabled=False),
        Rule(COPY_PASTE, 0.0, 5, True, 10.0, enabled=False),
        Rule(SECOND_SCREEN, 5.0, 10, True, 0.0, enabled=False),
    )
}
USES_NO_HOLD = frozenset({COPY_PASTE})  # it happens, and is over
USES_NO_COOLDOWN = frozenset({TAB_SWITCH, FULLSCREEN_LEFT, SECOND_SCREEN})  # each scores once, however long it lasts


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything of an exam's policy that acts while a session runs; JSON round trip by ``as_dict`` and ``from_dict``.

    ``frames_per_second`` and ``phone_every`` also say how long a condition may stay unknown (see ``tolerance``).
    ``count_hidden`` and ``count_blurred``: which signals make a TAB_SWITCH. ``accommodated``: something was granted to
    the candidate; ``muted`` names the rules that therefore do not count for them, ``eased`` those that do less easily.
    """

    rules: Mapping[str, Rule] = field(default_factory=lambda: dict(DEFAULT_RULES))
    frames_per_second: float = 2.0
    phone_every: int = 5
    away_yaw_degrees: float = AWAY_YAW_DEGREES
    away_pitch_degrees: float = AWAY_PITCH_DEGREES
    away_eyes: float = AWAY_EYES
    count_hidden: bool = True
    count_blurred: bool = True
    watched: bool = True
    require_fullscreen: bool = False
    restrict_clipboard: bool = False
    keep_snapshots: bool = True
    accommodated: bool = False
    muted: tuple[str, ...] = ()
    eased: tuple[str, ...] = ()

    def rule(self, event: str) -> Rule | None:
        """The rule of that name, ``None`` when this exam has none or has switched it off."""
        if event == TAB_SWITCH and not (self.count_hidden or self.count_blurred):
            return None
        if event == FULLSCREEN_LEFT and not self.require_fullscreen:
            return None  # what is not asked for cannot be left
        rule = self.rules.get(event)
        return rule if rule is not None and rule.enabled else None

    def counted(self) -> list[Rule]:
        """The rules that are switched on, in the order of the table."""
        return [rule for rule in map(self.rule, self.rules) if rule is not None]

    @property
    def needs_calibration(self) -> bool:
        """Only looking away is measured from the candidate's own position."""
        return self.rule(LOOKING_AWAY) is not None

    def tolerance(self, event: str | None = None, *, asked: float = 0.0) -> float:
        """Seconds a condition may stay unknown within a run. Without a name: how far apart two pictures may be
        before pictures count as missing. ``asked``: seconds from one picture to the next as the server asked for them,
        where that is more than the exam's own pace."""
        return UNKNOWN_SECONDS + max(self.interval(event), asked)

    def interval(self, event: str | None = None) -> float:
        """Seconds from one look for a condition to the next."""
        return (self.phone_every if event == PHONE_DETECTED else 1) / self.frames_per_second

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Policy:
        """Raises KeyError or TypeError when ``data`` was not made by :meth:`as_dict`. What it lacks, being of an older
        session, has its default. PostgreSQL has kept the rules in an order of its own; here they stand in the table's.
        """
        place = {name: number for number, name in enumerate(DEFAULT_RULES)}
        rules = {
            name: Rule(**data["rules"][name]) for name in sorted(data["rules"], key=lambda n: place.get(n, len(place)))
        }
        names = {name: tuple(data.get(name, ())) for name in ("muted", "eased")}
        return cls(**{**data, **names, "rules": rules})
