"""What counts as flat: neither the tenths nor the line through all readings rise by more than 5 %."""

from __future__ import annotations

import pytest

from proctoring.soak.flatness import trend


def readings(*values: float) -> list[tuple[float, float]]:
    return [(moment * 5.0, value) for moment, value in enumerate(values)]


def rising(by: float) -> list[tuple[float, float]]:
    return readings(*(100 * (1 + by * step / 719) for step in range(720)))


@pytest.mark.parametrize(("by", "flat"), [(0.0, True), (0.04, True), (0.06, False), (0.5, False), (-0.3, True)])
def test_a_steady_rise_of_more_than_a_twentieth_is_not_flat(by: float, flat: bool) -> None:
    found = trend(rising(by))
    assert found.flat is flat
    assert found.line_growth == pytest.approx(by, abs=0.001)


def test_sawteeth_are_flat_though_the_last_reading_is_above_the_first() -> None:
    found = trend(readings(*([100, 104, 108, 112] * 100)))
    assert found.flat
    assert (found.lowest, found.highest) == (100, 112)


def test_a_step_at_the_end_is_seen_by_the_tenths_and_one_in_the_middle_by_the_line() -> None:
    late = trend(readings(*[100.0] * 90, *[110.0] * 10))
    assert late.growth == pytest.approx(0.10)
    middle = trend(readings(*[100.0] * 50, *[107.0] * 50))
    assert not middle.flat
    assert middle.line_growth > 0.05


def test_a_few_readings_say_nothing() -> None:
    with pytest.raises(ValueError, match="9 readings"):
        trend(readings(*[1.0] * 9))
