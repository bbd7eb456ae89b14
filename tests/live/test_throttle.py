"""What may be asked for altogether, by what was read of waiting frames."""

from __future__ import annotations

from itertools import count

import pytest

from proctoring.live.throttle import KNOWN_TO_FIT, Reading, Throttle

WORKERS = 2


class Workers:
    """``bear``: frames a second. A reading every half second, of 60 sessions that want 120 together."""

    def __init__(self, *, bear: float) -> None:
        self.bear = bear
        self.throttle = Throttle()
        self._at = count(1)

    def finish(self, rate: float, *, pressure: float, times: int = 1) -> float | None:
        """They finish ``rate`` frames a second: all they bear where frames wait. The limit then."""
        for _ in range(times):
            busy = 0.5 if pressure > 0.1 else 0.0
            self.throttle.take(
                Reading(
                    at=next(self._at) / 2,
                    seconds=0.5,
                    finished=round(rate / 2),
                    pressure=pressure,
                    demand=120.0,
                    sessions=60,
                    looking=rate / 2 * WORKERS / self.bear,
                    borne=round(busy * self.bear),
                    busy_seconds=busy,
                )
            )
        return self.throttle.limit


@pytest.fixture
def slow() -> Workers:
    """Of whom too much was asked, until now."""
    workers = Workers(bear=20.0)
    assert workers.finish(20.0, pressure=1.0, times=3) is None
    assert workers.finish(20.0, pressure=1.0, times=3) is not None
    return workers


def test_the_longer_frames_wait_the_less_is_asked_for(slow: Workers) -> None:
    limits = [slow.finish(20.0, pressure=pressure) or 0.0 for pressure in (0.2, 0.5, 1.0, 2.0)]
    assert limits == sorted(limits, reverse=True)
    assert limits[0] > 20.0 > limits[1]
    assert limits[-1] > 10.0


def test_what_comes_in_spurts_is_not_taken_for_all_that_workers_bear(slow: Workers) -> None:
    """Half of the time nothing comes at all, and nothing is finished."""
    slow.throttle.take(
        Reading(
            at=10.0,
            seconds=5.0,
            finished=10,
            pressure=0.6,
            demand=120,
            sessions=60,
            looking=1.0,
            borne=10,
            busy_seconds=0.5,
        )
    )
    assert slow.throttle.limit == pytest.approx(20.0, rel=0.1)


def test_as_much_is_asked_for_as_workers_bear_at_the_speed_they_have_now(slow: Workers) -> None:
    slow.bear = 100.0
    assert slow.finish(16.0, pressure=0.01) == pytest.approx(KNOWN_TO_FIT * 100.0)


def test_that_nobody_waits_while_few_have_come_says_nothing_of_more(slow: Workers) -> None:
    slow.bear = 100.0
    limit = slow.finish(16.0, pressure=0.01)
    assert slow.finish(16.0, pressure=0.01, times=20) == limit


def test_that_nobody_waits_though_all_have_come_says_that_more_may(slow: Workers) -> None:
    slow.bear = 100.0
    limit = slow.finish(16.0, pressure=0.01)
    assert limit is not None
    assert (slow.finish(90.0, pressure=0.01, times=4) or 0.0) > 1.03 * limit
