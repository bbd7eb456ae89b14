"""The policy of one session in short lines for those who watch: what counts, what the page asks, what is kept."""

from __future__ import annotations

from proctoring.models import Session
from proctoring.reports.record import event_title
from proctoring.risk.policy import BROWSER_RULES, PHONE_DETECTED, USES_NO_COOLDOWN, Policy, Rule


def rule_line(rule: Rule) -> str:
    """“Looking away: longer than 3 s, +6 that fades, again after 3 s”."""
    parts = [f"+{rule.delta} that {'stays' if rule.permanent else 'fades'}"]
    if rule.hold_seconds:
        parts.insert(0, f"longer than {rule.hold_seconds:g} s")
    if rule.event not in USES_NO_COOLDOWN:
        parts.append(f"again after {max(rule.cooldown_seconds, rule.hold_seconds):g} s")
    return f"{event_title(rule.event)}: {', '.join(parts)}"


def counted_lines(policy: Policy) -> list[str]:
    return [rule_line(rule) for rule in policy.counted()] or ["Nothing raises the risk in this session."]


def uncounted(policy: Policy) -> str:
    """Names of rules that are off, so that nobody takes their silence for a finding."""
    counted = {rule.event for rule in policy.counted()}
    names = [event_title(name) for name in policy.rules if name not in counted]
    recorded = any(name not in counted for name in BROWSER_RULES)
    return ", ".join(names) + (". What the browser tells is recorded without a score." if names and recorded else "")


def page_lines(policy: Policy) -> list[str]:
    asks = "asks for full screen" if policy.require_fullscreen else "does not ask for full screen"
    clipboard = "prevents" if policy.restrict_clipboard else "leaves alone"
    pictures = "kept when the risk rises" if policy.keep_snapshots else "looked at and forgotten, none is kept"
    if policy.keep_snapshots and policy.rule(PHONE_DETECTED) is not None:
        pictures += ", and of what looks like a phone and stands there before the start"
    return [f"The page {asks} and {clipboard} copy and paste", f"Pictures are {pictures}"]


def accommodation_line(policy: Policy) -> str:
    """That one applies and which rules it touches; empty without one. Why is not for those who watch."""
    if not policy.accommodated:
        return ""
    said = [("not counted", policy.muted), ("counted later or less easily", policy.eased)]
    touched = [f"{what}: {', '.join(map(event_title, rules))}" for what, rules in said if rules]
    return f"One applies{'; ' if touched else ''}{'; '.join(touched)}"


def policy_context(session: Session) -> dict[str, object]:
    policy = Policy.from_dict(session.policy)
    return {
        "accommodation": accommodation_line(policy),
        "counted_lines": counted_lines(policy),
        "uncounted": uncounted(policy),
        "page_lines": page_lines(policy),
    }
