"""Another policy for a session that runs: something was granted to its candidate, or taken back, in the middle of it.

Risk and what was recorded stay. A rule that counts otherwise from now on begins anew, so that nothing which happened
under the old one is judged by the new: who looked away for a minute while that was muted has not looked away for a
minute when it counts again. Its cooldown goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proctoring.risk.engine import Engine
from proctoring.risk.policy import LOOKING_AWAY, TAB_SWITCH, Policy
from proctoring.risk.runs import Run
from proctoring.risk.stretches import Stretches

LIMITS = ("away_yaw_degrees", "away_pitch_degrees", "away_eyes")


def under(policy: Policy, engine: Engine) -> Engine:
    """The engine as it stands, with ``policy`` from here on."""
    return Engine.restore(policy, begun_anew(engine.state(), changed_rules(engine.policy, policy)))


def changed_rules(before: Policy, after: Policy) -> frozenset[str]:
    """Rules that count otherwise, by name."""
    names = {name for name in {*before.rules, *after.rules} if before.rule(name) != after.rule(name)}
    if any(getattr(before, limit) != getattr(after, limit) for limit in LIMITS):
        names.add(LOOKING_AWAY)
    return frozenset(names)


def begun_anew(state: Mapping[str, Any], rules: frozenset[str]) -> dict[str, Any]:
    """An engine's state (:meth:`Engine.state`) without what had already held for these rules."""
    runs = {
        name: Run(scored_at=run["scored_at"]).as_dict() if name in rules else run for name, run in state["runs"].items()
    }
    browser = dict(state.get("browser", {}))
    browser["stretches"] = {name: kept for name, kept in browser.get("stretches", {}).items() if name not in rules}
    page = Stretches({}).as_dict() if TAB_SWITCH in rules else state["page"]
    return {**state, "runs": runs, "browser": browser, "page": page}
