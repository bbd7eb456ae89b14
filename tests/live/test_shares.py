"""Who is watched at which rate when there are too many: evenly, those at risk last, and never more than fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctoring.live.shares import FLOOR, FULL, LEAST, Rates, share

# Exams ask for 0.2 to 5 frames a second.
rates = st.floats(0.2, 5.0)
sessions = st.dictionaries(rates, st.integers(1, 500), max_size=6)
limits = st.floats(0.0, 5000.0)


@given(limits, sessions, sessions)
def test_never_more_than_fits_but_for_the_least(limit: float, ordinary: Rates, at_risk: Rates) -> None:
    shares = share(limit, ordinary, at_risk)
    total = shares.total(ordinary, at_risk)
    least = sum(min(rate, LEAST) * number for group in (ordinary, at_risk) for rate, number in group.items())
    assert total <= max(limit, least) + 1e-6


@given(limits, sessions, sessions)
def test_nothing_is_held_back_that_would_fit(limit: float, ordinary: Rates, at_risk: Rates) -> None:
    shares = share(limit, ordinary, at_risk)
    total = shares.total(ordinary, at_risk)
    wanted = FULL.total(ordinary, at_risk)
    if wanted <= limit:
        assert shares == FULL
    else:
        floors = LEAST * sum((ordinary | at_risk).values()) * 2
        assert total >= min(limit, wanted) * (1 - 1e-6) - 1e-3 or total <= floors


@given(limits, sessions, sessions, rates, rates)
def test_the_same_part_of_what_their_exams_ask_for(
    limit: float, ordinary: Rates, at_risk: Rates, one: float, other: float
) -> None:
    shares = share(limit, ordinary, at_risk)
    first, second = shares.rate(one, at_risk=False), shares.rate(other, at_risk=False)
    if min(first, second) > FLOOR:
        assert first / one == pytest.approx(second / other)
    assert (first <= second) == (one <= other) or first == pytest.approx(second)


@given(limits, sessions, sessions, rates)
def test_those_at_risk_come_last(limit: float, ordinary: Rates, at_risk: Rates, rate: float) -> None:
    shares = share(limit, ordinary, at_risk)
    calm, risky = shares.rate(rate, at_risk=False), shares.rate(rate, at_risk=True)
    assert risky >= calm
    if calm > min(rate, FLOOR) + 1e-9:
        assert risky == rate
    if risky < min(rate, FLOOR) - 1e-9:
        assert calm == risky


@given(limits, sessions, sessions, rates, st.booleans(), st.floats(0.0, 1000.0))
def test_more_room_is_never_less_for_anybody(
    limit: float, ordinary: Rates, at_risk: Rates, rate: float, risky: bool, more: float
) -> None:
    before, after = share(limit, ordinary, at_risk), share(limit + more, ordinary, at_risk)
    assert after.rate(rate, at_risk=risky) >= before.rate(rate, at_risk=risky) - 1e-6


def test_it_goes_step_by_step() -> None:
    ordinary, at_risk = {2.0: 90}, {2.0: 10}

    def rates_at(limit: float) -> tuple[float, float]:
        shares = share(limit, ordinary, at_risk)
        return round(shares.rate(2.0, at_risk=False), 3), round(shares.rate(2.0, at_risk=True), 3)

    assert rates_at(200) == (2.0, 2.0)
    assert rates_at(110) == (1.0, 2.0)
    assert rates_at(65) == (0.5, 2.0)
    assert rates_at(55) == (0.5, 1.0)
    assert rates_at(25) == (0.25, 0.25)
    assert rates_at(5) == (0.1, 0.1)
