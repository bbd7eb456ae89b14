"""The search finds the most candidates held, and judges a level by both limits."""

from __future__ import annotations

import pytest

from proctoring.bench.search import LevelResult, best, percentile, search


def level(candidates: int, *, p95_ms: float = 100.0, dropped: float = 0.0, analysed: int = 100) -> LevelResult:
    return LevelResult(
        candidates=candidates,
        seconds=1.0,
        offered=100,
        analysed=analysed,
        skipped=0,
        not_analysed={},
        p50_ms=50.0,
        p95_ms=p95_ms,
        p99_ms=p95_ms,
        dropped_share=dropped,
    )


def breaking_after(limit: int) -> list[int]:
    tried = search(lambda n: level(n, p95_ms=100 if n <= limit else 900), [10, 20, 40, 80], refine=True)
    found = best(tried)
    assert found is not None
    assert limit - 2 < found.candidates <= limit
    return [each.candidates for each in tried]


def test_it_grows_then_halves_the_gap() -> None:
    assert breaking_after(57)[:4] == [10, 20, 40, 80]


def test_it_stops_at_the_first_level_not_held() -> None:
    tried = search(lambda n: level(n, dropped=0.02), [10, 20], refine=False)
    assert [each.candidates for each in tried] == [10]
    assert best(tried) is None


def test_without_a_limit_in_reach_the_last_level_is_the_best() -> None:
    found = best(search(level, [10, 20], refine=True))
    assert found is not None
    assert found.candidates == 20


@pytest.mark.parametrize(
    ("result", "held"),
    [
        (level(1, p95_ms=500.0), True),
        (level(1, p95_ms=500.1), False),
        (level(1, dropped=0.0099), True),
        (level(1, dropped=0.01), False),
        (level(1, analysed=0), False),
    ],
)
def test_a_level_is_held_within_both_limits(result: LevelResult, held: bool) -> None:
    assert result.held is held


def test_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.95) == 4.0
    assert percentile([3.0], 0.5) == 3.0
    assert percentile([], 0.5) == float("inf")
