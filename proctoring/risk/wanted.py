"""What to look for in a session's next picture, and whether head and eyes must be measured in it: looking is dear."""

from __future__ import annotations

from collections.abc import Mapping

from proctoring.observation import Looks
from proctoring.risk.policy import MULTIPLE_FACES, PHONE_DETECTED, Policy
from proctoring.risk.runs import EPSILON, Run
from proctoring.risk.values import Values

# Head and eyes are measured at least this often, however little the face changes, and people far away looked for.
FULL_LOOK_SECONDS = 2.0


def phone(policy: Policy, state: Values, runs: Mapping[str, Run]) -> bool:
    """In every n-th picture, and in each one while a phone is in view."""
    if policy.rule(PHONE_DETECTED) is None:
        return False
    since = state.frames_since_phone_look
    return since is None or since + 1 >= policy.phone_every or runs[PHONE_DETECTED].is_open


def looks(policy: Policy, state: Values, runs: Mapping[str, Run], time: float, *, asked: float) -> Looks:
    """For the picture captured at ``time``. Where pictures are asked for more slowly than the exam wants them (every
    ``asked`` seconds), looks for phones stay as close together in time as they were; those for people far away do not,
    or each of the few pictures that an overloaded server still looks at would cost half as much again."""
    found = Looks.NONE
    slow, interval = asked > policy.interval() + EPSILON, policy.interval(PHONE_DETECTED)
    due = slow and policy.rule(PHONE_DETECTED) is not None and runs[PHONE_DETECTED].age(time) >= interval - asked / 2
    if due or phone(policy, state, runs):
        found |= Looks.PHONE
    slower = max(1.0, asked / policy.interval())
    if runs[MULTIPLE_FACES].is_open or _is_due(policy, state.far_at, time, slower=slower):
        found |= Looks.FAR_FACES
    return found


def measurement_is_due(policy: Policy, state: Values, time: float) -> bool:
    """Head and eyes were last measured too long ago to stand for the picture of ``time``."""
    return _is_due(policy, state.measured_at, time)


def _is_due(policy: Policy, last: float | None, time: float, *, slower: float = 1.0) -> bool:
    half = policy.interval() / 2  # the next picture, in which it must be, comes a little late
    return last is None or time - last > (FULL_LOOK_SECONDS - half) * slower
