"""What was granted to a candidate, applied to an exam's policy. It makes the watching milder, never stricter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.core.exceptions import ValidationError

from exams import timing
from exams.errors import InvalidAccommodation
from exams.models import Accommodation, Exam, User
from exams.services import accommodations as granting
from proctoring.models import DetectorAccommodation
from proctoring.risk.policy import LOOKING_AWAY, USES_NO_HOLD, Policy, Rule

GRANTS_NOTHING = "This would grant nothing. Give more time, breaks or larger type, or change how they are watched."


def granted_to(candidate: User, exam: Exam) -> list[Accommodation]:
    return list(timing.active_accommodations(candidate.pk, exam).select_related("detectors"))


def grant(*, by: User, accommodation: Accommodation, detectors: DetectorAccommodation | None) -> Accommodation:
    """As ``exams.services.accommodations.grant``, with what is muted or retuned: both or neither, acting together."""
    return granting.grant(by=by, accommodation=accommodation, beside=_with(detectors))


def check_grants_something(accommodation: Accommodation, detectors: DetectorAccommodation | None) -> None:
    """Raises InvalidAccommodation for one that would change nothing for its candidate but the record."""
    if accommodation.brings_nothing and (detectors is None or detectors.changes_nothing):
        raise InvalidAccommodation(GRANTS_NOTHING)


def change(
    *, by: User, accommodation: Accommodation, wanted: Accommodation, detectors: DetectorAccommodation | None
) -> Accommodation:
    """One revoked and another granted in its place, in one step."""
    return granting.change(by=by, accommodation=accommodation, wanted=wanted, beside=_with(detectors))


def _with(detectors: DetectorAccommodation | None) -> granting.Beside:
    def keep(accommodation: Accommodation) -> None:
        if detectors is None:
            check_grants_something(accommodation, None)
            return
        detectors.accommodation = accommodation
        try:
            detectors.full_clean(exclude=["accommodation"])
        except ValidationError as error:
            field, sentences = next(iter(error.message_dict.items()))
            raise InvalidAccommodation(sentences[0], field=field) from None
        check_grants_something(accommodation, detectors)
        detectors.save()

    return keep


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


def milder_of(agreed: Policy, granted: Policy) -> Policy:
    """Whatever asks less of the candidate. ``agreed``: what a session began with and its candidate agreed to;
    ``granted``: the exam's policy with what is granted now. So what comes later acts and can be taken back, and nothing
    ever becomes stricter than it was agreed to."""
    if not granted.accommodated:
        return agreed
    muted = {*agreed.muted, *granted.muted}
    eased = {*agreed.eased, *granted.eased} - muted
    return replace(
        agreed,
        rules={
            name: replace(
                rule,
                enabled=rule.enabled and granted.rules[name].enabled,
                hold_seconds=max(rule.hold_seconds, granted.rules[name].hold_seconds),
            )
            if name in granted.rules
            else rule
            for name, rule in agreed.rules.items()
        },
        away_yaw_degrees=max(agreed.away_yaw_degrees, granted.away_yaw_degrees),
        away_pitch_degrees=max(agreed.away_pitch_degrees, granted.away_pitch_degrees),
        away_eyes=max(agreed.away_eyes, granted.away_eyes),
        require_fullscreen=agreed.require_fullscreen and granted.require_fullscreen,
        restrict_clipboard=agreed.restrict_clipboard and granted.restrict_clipboard,
        accommodated=True,
        muted=tuple(name for name in agreed.rules if name in muted),
        eased=tuple(name for name in agreed.rules if name in eased),
    )


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
