"""Who is watched at which rate when there are too many: evenly, those at risk last, and never more than fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctoring.live.shares import FLOOR, FULL, LEAST, LEAST_WHILE_CALIBRATING, Kind, Sessions, share

# Exams ask for 0.2 to 5 frames a second.
rates = st.floats(0.2, 5.0)
kinds = st.builds(Kind, rates, st.booleans(), st.sampled_from([LEAST, LEAST_WHILE_CALIBRATING]))
sessions = st.dictionaries(kinds, st.integers(1, 500), max_size=12)
limits = st.floats(0.0, 5000.0)


@given(limits, sessions)
def test_never_more_than_fits_but_for_the_least(limit: float, everybody: Sessions) -> None:
    shares = share(limit, everybody)
    total = shares.total(everybody)
    least = sum(min(kind.wanted, kind.least) * number for kind, number in everybody.items())
    assert total <= max(limit, least) + 1e-6


@given(limits, sessions)
def test_nothing_is_held_back_that_would_fit(limit: float, everybody: Sessions) -> None:
    shares = share(limit, everybody)
    total = shares.total(everybody)
    wanted = FULL.total(everybody)
    if wanted <= limit:
        assert shares == FULL
    else:
        least = sum(min(kind.wanted, kind.least) * number for kind, number in everybody.items())
        assert total == pytest.approx(max(limit, least), rel=1e-4, abs=1e-3)


@given(limits, sessions, rates, rates)
def test_the_same_part_of_what_their_exams_ask_for(limit: float, everybody: Sessions, one: float, other: float) -> None:
    shares = share(limit, everybody)
    first, second = shares.rate(one, at_risk=False), shares.rate(other, at_risk=False)
    if min(first, second) > FLOOR:
        assert first / one == pytest.approx(second / other)
    assert (first <= second) == (one <= other) or first == pytest.approx(second)


@given(limits, sessions, rates)
def test_those_at_risk_come_last(limit: float, everybody: Sessions, rate: float) -> None:
    shares = share(limit, everybody)
    calm, risky = shares.rate(rate, at_risk=False), shares.rate(rate, at_risk=True)
    assert risky >= calm
    if calm > min(rate, FLOOR) + 1e-9:
        assert risky == rate
    if risky < min(rate, FLOOR) - 1e-9:
        assert calm == risky


@given(limits, sessions, rates, st.booleans(), st.floats(0.0, 1000.0))
def test_more_room_is_never_less_for_anybody(
    limit: float, everybody: Sessions, rate: float, risky: bool, more: float
) -> None:
    before, after = share(limit, everybody), share(limit + more, everybody)
    assert after.rate(rate, at_risk=risky) >= before.rate(rate, at_risk=risky) - 1e-6


def test_it_goes_step_by_step() -> None:
    everybody = {Kind(2.0, at_risk=False): 90, Kind(2.0, at_risk=True): 10}

    def rates_at(limit: float) -> tuple[float, float]:
        shares = share(limit, everybody)
        return round(shares.rate(2.0, at_risk=False), 3), round(shares.rate(2.0, at_risk=True), 3)

    assert rates_at(200) == (2.0, 2.0)
    assert rates_at(110) == (1.0, 2.0)
    assert rates_at(65) == (0.5, 2.0)
    assert rates_at(55) == (0.5, 1.0)
    assert rates_at(25) == (0.25, 0.25)
    assert rates_at(5) == (0.1, 0.1)
