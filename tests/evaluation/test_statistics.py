"""Shares, intervals and rates against values worked out by hand or published."""

from __future__ import annotations

import math

import pytest

from proctoring.evaluation.statistics import Share, at_most_per_hour, percent, wilson


def test_wilsons_interval_of_a_published_example() -> None:
    # Newcombe 1998, table I: 81 of 263.
    low, high = wilson(81, 263)
    assert low == pytest.approx(0.2553, abs=5e-5)
    assert high == pytest.approx(0.3662, abs=5e-5)


def test_wilsons_interval_holds_where_nothing_or_everything_was_found() -> None:
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(20, 20) == pytest.approx((0.8389, 1.0), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


def test_no_event_in_an_hour_bounds_the_rate_at_three() -> None:
    assert at_most_per_hour(0, 1.0) == pytest.approx(-math.log(0.05))
    assert at_most_per_hour(0, 0.1) == pytest.approx(29.957, abs=0.001)
    # Half the 95 % quantile of chi squared with 4 degrees of freedom.
    assert at_most_per_hour(1, 1.0) == pytest.approx(4.7439, abs=0.0001)
    assert at_most_per_hour(0, 0.0) == math.inf


def test_a_share_of_nothing_is_no_number() -> None:
    assert str(Share(0, 0)) == "–"
    assert Share(0, 0).as_dict()["share"] is None
    assert percent(0.9961) == "99.6 %"
