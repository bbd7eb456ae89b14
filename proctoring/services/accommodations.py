"""What was granted to a candidate, applied to an exam's policy. It makes the watching milder, never stricter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from exams import timing
from exams.models import Accommodation, Exam, User
from proctoring.models import DetectorAccommodation
from proctoring.risk.policy import LOOKING_AWAY, USES_NO_HOLD, Policy, Rule


def granted_to(candidate: User, exam: Exam) -> list[Accommodation]:
    return list(timing.active_accommodations(candidate.pk, exam).select_related("detectors"))


def accommodate(policy: Policy, granted: Sequence[Accommodation]) -> Policy:
    """The policy for somebody with these accommodations; where several say something, the mildest holds."""
    if not granted:
        return policy
    detectors = [one.detectors for one in granted if hasattr(one, "detectors")]
    muted = tuple(rule.event for rule in policy.counted() if any(rule.event in one.muted for one in detectors))
    milder = replace(
        policy,
        rules={name: _milder(rule, detectors, muted=name in muted) for name, rule in policy.rules.items()},
        away_yaw_degrees=policy.away_yaw_degrees * max((one.yaw_factor for one in detectors), default=1.0),
        away_pitch_degrees=policy.away_pitch_degrees * max((one.pitch_factor for one in detectors), default=1.0),
        away_eyes=policy.away_eyes * max((one.eyes_factor for one in detectors), default=1.0),
        require_fullscreen=policy.require_fullscreen and not any(one.lift_fullscreen for one in detectors),
        restrict_clipboard=policy.restrict_clipboard and not any(one.lift_clipboard for one in detectors),
        accommodated=True,
        muted=muted,
    )
    return replace(milder, eased=_eased(policy, milder))


def _milder(rule: Rule, detectors: Sequence[DetectorAccommodation], *, muted: bool) -> Rule:
    holds = [] if rule.event in USES_NO_HOLD else [one.hold_seconds.get(rule.event, 0.0) for one in detectors]
    return replace(rule, enabled=rule.enabled and not muted, hold_seconds=max([rule.hold_seconds, *holds]))


def _eased(before: Policy, after: Policy) -> tuple[str, ...]:
    """Rules that still count, but later or less easily."""
    limits = ("away_yaw_degrees", "away_pitch_degrees", "away_eyes")
    wider = any(getattr(after, name) > getattr(before, name) for name in limits)
    return tuple(
        rule.event
        for rule in after.counted()
        if rule.hold_seconds > before.rules[rule.event].hold_seconds or (rule.event == LOOKING_AWAY and wider)
    )
