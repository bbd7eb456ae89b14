"""What the presets of every institution begin with, and why. An institution changes its own; these it can go back to.

Only what departs from the standard is named: the standard is the defaults of ``PolicyFields`` and of the risk table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from proctoring.risk.policy import (
    COPY_PASTE,
    DEFAULT_RULES,
    FULLSCREEN_LEFT,
    LOOKING_AWAY,
    MULTIPLE_FACES,
    NO_FACE,
    PHONE_DETECTED,
    SECOND_SCREEN,
    TAB_SWITCH,
    Rule,
)


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """``about`` says in one sentence what the preset is for."""

    slug: str
    name: str
    about: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)


def _rule(event: str, **changes: Any) -> tuple[str, Rule]:
    return event, replace(DEFAULT_RULES[event], **changes)


OFF = BuiltIn(
    "off",
    "Off",
    "Nobody watches: homework, open-book exams, exams in a room with invigilators.",
    {"watched": False},
)

# For exams that count little. Half the pictures, since what lasts ten seconds is seen at one a second as well; limits
# so long that a sneeze, a glance at the clock or a message popping up never counts; no picture is kept, because what
# would be worth one is worth no intrusion; the log goes after a term.
LIGHT = BuiltIn(
    "light",
    "Light",
    "For exams that count little: only what lasts counts, and no picture is kept.",
    {
        "frames_per_second": 1.0,
        "away_yaw_degrees": 35.0,
        "away_pitch_degrees": 35.0,
        "away_eyes": 0.12,
        "count_blurred": False,
        "keep_snapshots": False,
        "keep_events_days": 90,
    },
    dict(
        (
            _rule(NO_FACE, hold_seconds=10.0, cooldown_seconds=10.0),
            _rule(MULTIPLE_FACES, hold_seconds=5.0, cooldown_seconds=10.0),
            _rule(LOOKING_AWAY, hold_seconds=10.0, cooldown_seconds=10.0),
            _rule(PHONE_DETECTED, hold_seconds=10.0, cooldown_seconds=30.0),
            _rule(TAB_SWITCH, hold_seconds=3.0),
        )
    ),
)

STANDARD = BuiltIn("standard", "Standard", "For most exams, and for every exam without a policy of its own.")

# For exams with much at stake. More pictures and more looks for a phone, so that it is found sooner; the browser is
# held to the exam. What counts as looking away stays as it is: narrower limits would find no more of what matters and
# many more honest people. Kept no longer than the standard, as stakes do not lessen anybody's rights.
STRICT = BuiltIn(
    "strict",
    "Strict",
    "For exams with much at stake: in full screen, without copy and paste, and a phone is found sooner.",
    {"frames_per_second": 3.0, "phone_every": 3, "require_fullscreen": True, "restrict_clipboard": True},
    dict(
        (
            _rule(PHONE_DETECTED, hold_seconds=3.0),
            _rule(FULLSCREEN_LEFT, enabled=True),
            _rule(COPY_PASTE, enabled=True),
            _rule(SECOND_SCREEN, enabled=True),
        )
    ),
)

BUILT_IN: Mapping[str, BuiltIn] = {preset.slug: preset for preset in (OFF, LIGHT, STANDARD, STRICT)}
