"""Whatever happens in a session, some things hold."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from proctoring.risk.engine import Engine
from proctoring.risk.policy import DEFAULT_RULES, Policy
from tests.risk.scenes import (
    BLACK,
    DARK,
    NEUTRAL,
    Connection,
    Entry,
    Frame,
    Signal,
    assert_restores_everywhere,
    play,
    seen,
)

VIEWS = st.sampled_from(
    [
        seen(),
        seen(phone=False),
        seen(phone=True),
        seen(faces=0),
        seen(faces=0, quality=BLACK),
        seen(faces=0, quality=DARK),
        seen(faces=2),
        seen(faces=2, yaw=60.0, phone=True),
        seen(yaw=-60.0),
        seen(mesh=False),
        None,
    ]
)
STRETCHES = st.tuples(VIEWS, st.integers(1, 20), st.sampled_from([0.2, 0.5, 0.55, 1.0]))
PAUSES = st.sampled_from([0.0, 0.0, 0.3, 2.0, 30.0])
SIGNALS = st.sampled_from(["hidden", "visible", "blur", "focus", "copy", "camera_stopped", "lost", "restored"])
SESSIONS = st.lists(
    st.tuples(STRETCHES, PAUSES, st.lists(st.tuples(SIGNALS, st.floats(0, 40)), max_size=3)), max_size=12
)
POLICIES = st.builds(
    lambda hold, cooldown, permanent: Policy(
        rules={
            name: replace(rule, hold_seconds=hold, cooldown_seconds=cooldown, permanent=permanent)
            for name, rule in DEFAULT_RULES.items()
        }
    ),
    st.sampled_from([0.0, 0.1, 2.0, 5.0]),
    st.sampled_from([0.0, 2.0, 6.0]),
    st.booleans(),
) | st.just(Policy())


def entries(session: list[tuple[tuple[object, int, float], float, list[tuple[str, float]]]]) -> list[Entry]:
    """A session in real order: stretches of pictures, pauses, and signals that come up to 40 s late."""
    time = 1_767_788_963.0
    made: list[Entry] = []
    for (view, count, interval), pause, signals in session:
        for _ in range(count):
            made.append(Frame(round(time, 3), view))  # type: ignore[arg-type]
            time += interval
        for kind, late in signals:
            if kind in ("lost", "restored"):
                made.append(Connection(round(time, 3), lost=kind == "lost"))
            else:
                made.append(Signal(round(time - late, 3), kind))
        time += pause
    return made


@settings(max_examples=60, deadline=None)
@given(SESSIONS, POLICIES)
def test_risk_rises_only_by_what_is_recorded(session: list, policy: Policy) -> None:  # type: ignore[type-arg]
    engine = Engine(policy, NEUTRAL)
    before = engine.step()
    for entry in entries(session):
        events = entry.play(engine)
        after = engine.step()
        raised = sum(event.risk_delta for event in events)
        assert after.risk_total == after.risk_temporary + after.risk_permanent
        assert after.risk_total <= before.risk_total + raised
        assert after.risk_permanent >= before.risk_permanent
        assert after.risk_temporary >= 0
        if events:
            assert events[-1].risk_total == after.risk_total
        assert all((event.risk_delta > 0) == (event.ledger == "integrity") for event in events)
        before = after


@settings(max_examples=60, deadline=None)
@given(SESSIONS, POLICIES)
def test_events_of_a_kind_keep_their_cooldown_and_their_limit(session: list, policy: Policy) -> None:  # type: ignore[type-arg]
    events, _ = play(entries(session), policy=policy)
    newest: dict[str, float] = {}
    for event in events:
        if event.ledger != "integrity" or event.name == "TAB_SWITCH":
            continue
        rule = policy.rules[event.name]
        assert event.detail["held_seconds"] > rule.hold_seconds
        if event.name in newest:
            assert event.time - newest[event.name] >= rule.cooldown_seconds - 0.001
        newest[event.name] = event.time


@settings(max_examples=40, deadline=None)
@given(SESSIONS, POLICIES, st.booleans())
def test_a_restart_anywhere_changes_nothing(session: list, policy: Policy, calibrated: bool) -> None:  # type: ignore[type-arg]
    assert_restores_everywhere(entries(session), policy=policy, calibration=NEUTRAL if calibrated else None)


@settings(max_examples=40, deadline=None)
@given(SESSIONS)
def test_the_same_input_gives_the_same_output(session: list) -> None:  # type: ignore[type-arg]
    first, second = play(entries(session)), play(entries(session))
    assert first[0] == second[0]
    assert first[1].state() == second[1].state()
