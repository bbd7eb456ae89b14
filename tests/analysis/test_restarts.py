"""A worker that cannot live costs five starts a minute at most; a session that kills workers, three."""

from __future__ import annotations

from proctoring.analysis.restarts import RestartLimit, Strikes


def test_five_restarts_a_minute_and_then_it_waits() -> None:
    limit = RestartLimit()
    for second in range(5):
        assert limit.wait(second) == 0
        limit.restarted(second)
    assert limit.wait(10) == 50
    assert limit.wait(60) == 0


def test_a_session_that_costs_three_workers_is_left_out_for_the_rest_of_the_minute() -> None:
    strikes = Strikes()
    for second in range(3):
        assert not strikes.out("a", second)
        strikes.strike("a", second)
    assert strikes.out("a", 3)
    assert not strikes.out("b", 3)
    assert not strikes.out("a", 60)


def test_one_strike_is_remembered_for_a_minute() -> None:
    strikes = Strikes()
    assert not strikes.suspected("a", 0)
    strikes.strike("a", 0)
    assert strikes.suspected("a", 59)
    assert not strikes.suspected("b", 59)
    assert not strikes.suspected("a", 60)
