"""Item statistics against figures worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams import statistics
from exams.statistics import Marks, Point

# Five candidates (rows), four questions of 1 point (columns).
TABLE: list[list[float]] = [
    [1, 1, 1, 1],
    [1, 1, 1, 0],
    [1, 1, 0, 1],
    [1, 0, 0, 0],
    [1, 0, 0, 1],
]


def marks(table: list[list[float]], maxima: list[float] | None = None) -> Marks[int, int]:
    return Marks(
        Point(attempt, question, points, (maxima or [1] * len(row))[question])
        for attempt, row in enumerate(table)
        for question, points in enumerate(row)
    )


def test_difficulty_is_the_mean_share_of_the_points() -> None:
    figures = marks(TABLE).figures()
    assert [figures[question].difficulty for question in range(4)] == [1, 0.6, 0.4, 0.6]
    assert [figures[question].count for question in range(4)] == [5] * 4
    assert marks([[5], [2.5], [0]], [10]).figures()[0].difficulty == 0.25


def test_discrimination_is_the_correlation_with_all_other_questions() -> None:
    figures = marks(TABLE).figures()
    assert figures[0].discrimination is None  # everybody had it right
    # Question 2: 1 1 1 0 0 with the rest 3 2 2 1 2: means 0.6 and 2, products 1, squares 1.2 and 2.
    assert figures[1].discrimination == pytest.approx(1 / 2.4**0.5)
    # Question 3: 1 1 0 0 0 with the rest 3 2 3 1 2: means 0.4 and 2.2, products 0.6, squares 1.2 and 2.8.
    assert figures[2].discrimination == pytest.approx(0.6 / 3.36**0.5)
    # Question 4: 1 0 1 0 1 with the rest 3 3 2 1 1: means 0.6 and 2, products 0, squares 1.2 and 4.
    assert figures[3].discrimination == pytest.approx(0)


def test_a_wrong_key_shows_as_a_negative_discrimination() -> None:
    figures = marks([[0, 1, 1], [0, 1, 1], [1, 0, 0], [1, 0, 1]]).figures()
    assert figures[0].discrimination is not None
    assert figures[0].discrimination < -0.5


def test_candidates_with_other_questions_are_compared_by_shares() -> None:
    """Two drew question 1 worth 10 points, two question 2 worth 1: no sum tells who is better, the share does."""
    points = [Point("a", 0, 1, 1), Point("a", 1, 10, 10), Point("b", 0, 0, 1), Point("b", 1, 5, 10)]
    points += [Point("c", 0, 1, 1), Point("c", 2, 1, 1), Point("d", 0, 0, 1), Point("d", 2, 0.5, 1)]
    assert Marks(points).figures()[0].discrimination == pytest.approx(1)


def test_too_few_attempts_say_nothing() -> None:
    assert marks(TABLE[:2]).figures()[3].discrimination is None
    assert marks([]).figures() == {}


def test_a_question_worth_nothing_has_no_difficulty() -> None:
    assert marks([[0, 1], [0, 0], [0, 1]], [0, 1]).figures()[0].difficulty is None


def test_the_only_question_is_compared_with_nothing() -> None:
    assert marks([[1], [0], [1]]).figures()[0].discrimination is None


def test_options_are_counted_with_what_their_choosers_earned_elsewhere() -> None:
    chosen = {0: ["a"], 1: ["a", "b"], 2: ["b"], 4: ["c"]}
    figures = marks(TABLE).options(3, chosen)
    assert {option: each.count for option, each in figures.items()} == {"a": 2, "b": 2, "c": 1}
    assert figures["a"].share == 0.4
    assert figures["a"].mean_score == pytest.approx(1)
    assert figures["b"].mean_score == pytest.approx(5 / 6)
    assert figures["c"].mean_score == pytest.approx(1 / 3)


def test_reliability_is_cronbachs_alpha() -> None:
    # Sums 4 3 3 1 2, variance 1.3; of the questions 0, 0.3, 0.3, 0.3: 4/3 (1 - 0.9/1.3).
    assert marks(TABLE).alpha() == pytest.approx(4 / 3 * (1 - 0.9 / 1.3))


def test_questions_that_agree_fully_are_fully_reliable() -> None:
    assert marks([[1, 1], [0, 0], [1, 1]]).alpha() == pytest.approx(1)


@pytest.mark.parametrize("table", [TABLE[:2], [[1], [0], [1]], [[1, 1], [1, 1], [1, 1]], []])
def test_reliability_needs_attempts_questions_and_differences(table: list[list[float]]) -> None:
    assert marks(table).alpha() is None


def test_reliability_counts_those_whose_questions_are_all_marked_if_they_are_most() -> None:
    points = [Point(attempt, question, attempt % 2, 1) for attempt in range(6) for question in range(3)]
    assert Marks(points).alpha() == pytest.approx(1)
    assert Marks([*points[:-1], Point(9, 0, 0.5, 1)]).alpha() == pytest.approx(1)
    other_questions = [Point(attempt, question + 3, 1, 1) for attempt in range(6, 12) for question in range(3)]
    assert Marks(points + other_questions).alpha() is None


def test_the_error_of_measurement() -> None:
    assert statistics.error_of_measurement(10, 0.84) == pytest.approx(4)
    assert statistics.error_of_measurement(10, -0.5) == 10
    assert statistics.error_of_measurement(None, 0.5) is None
    assert statistics.error_of_measurement(10, None) is None


def test_a_summary_of_scores() -> None:
    figures = statistics.summary([2, 4, 4, 4, 5, 5, 7, 9])
    assert figures is not None
    assert (figures.count, figures.mean, figures.median, figures.lowest, figures.highest) == (8, 5, 4.5, 2, 9)
    assert figures.deviation == pytest.approx((32 / 7) ** 0.5)
    assert statistics.summary([]) is None
    one = statistics.summary([3])
    assert one is not None and one.deviation is None


def test_bins_hold_their_lower_edge_and_the_last_one_everything_above() -> None:
    bins = statistics.distribution([0, 9.99, 10, 50, 99.9, 100])
    assert [each.count for each in bins] == [2, 1, 0, 0, 0, 1, 0, 0, 0, 2]
    assert (bins[5].low, bins[5].high) == (50, 60)


unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
shares = st.floats(0, 1).map(lambda share: round(share, 2))


@unhurried
@given(st.lists(st.lists(shares, min_size=4, max_size=4), max_size=12))
def test_figures_stay_within_their_bounds(table: list[list[float]]) -> None:
    for figures in marks(table).figures().values():
        assert figures.difficulty is not None
        assert 0 <= figures.difficulty <= 1
        assert figures.discrimination is None or -1 <= figures.discrimination <= 1
    alpha = marks(table).alpha()
    assert alpha is None or alpha <= 1 + 1e-9


@unhurried
@given(st.lists(st.floats(-10, 110), max_size=50), st.integers(1, 20))
def test_every_score_is_in_one_bin(percents: list[float], bins: int) -> None:
    assert sum(each.count for each in statistics.distribution(percents, bins)) == len(percents)
