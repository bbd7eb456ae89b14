"""Figures by which an author judges questions and a whole exam. Pure: numbers in, numbers out.

Difficulty is the mean share of a question's points that was earned (1 = everyone had it right). Discrimination is the
corrected item-total correlation: Pearson's r of that share with the share earned in all *other* questions, so that no
question is compared with itself. Candidates who drew other questions from a pool are compared by shares, never by sums.
Reliability is Cronbach's alpha (Psychometrika 16, 1951), where most had the same questions.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, median, stdev, variance
from typing import Generic, TypeVar

A = TypeVar("A", bound=Hashable)  # names an attempt
Q = TypeVar("Q", bound=Hashable)  # names a question
O = TypeVar("O", bound=Hashable)  # names an option  # noqa: E741

FEWEST = 3  # with fewer attempts a correlation says nothing at all


@dataclass(frozen=True, slots=True)
class Point(Generic[A, Q]):
    """The mark one attempt got for one question."""

    attempt: A
    question: Q
    points: float
    maximum: float


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    count: int
    difficulty: float | None
    discrimination: float | None


@dataclass(frozen=True, slots=True)
class OptionFigures:
    count: int
    share: float
    mean_score: float | None  # what those who chose it earned in all other questions


@dataclass(frozen=True, slots=True)
class Summary:
    count: int
    mean: float
    median: float
    deviation: float | None
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Bin:
    low: float
    high: float
    count: int


class Marks(Generic[A, Q]):
    """All marks of an exam, added up once."""

    def __init__(self, points: Iterable[Point[A, Q]]) -> None:
        self.by_question: dict[Q, list[Point[A, Q]]] = {}
        self._sums: dict[A, tuple[float, float]] = {}
        for point in points:
            self.by_question.setdefault(point.question, []).append(point)
            earned, of = self._sums.get(point.attempt, (0.0, 0.0))
            self._sums[point.attempt] = earned + point.points, of + point.maximum

    def rest(self, point: Point[A, Q]) -> float | None:
        """The share of the points the attempt earned in all its other questions."""
        earned, of = self._sums[point.attempt]
        left = of - point.maximum
        return (earned - point.points) / left if left > 0 else None

    def figures(self) -> dict[Q, QuestionFigures]:
        return {question: self._figures(points) for question, points in self.by_question.items()}

    def _figures(self, points: Sequence[Point[A, Q]]) -> QuestionFigures:
        counting = [point for point in points if point.maximum > 0]
        shares = [point.points / point.maximum for point in counting]
        pairs = [
            (share, rest)
            for share, point in zip(shares, counting, strict=True)
            if (rest := self.rest(point)) is not None
        ]
        return QuestionFigures(len(points), fmean(shares) if shares else None, correlation(pairs))

    def options(self, question: Q, chosen: Mapping[A, Iterable[O]]) -> dict[O, OptionFigures]:
        """How often each option was chosen, and by whom; ``chosen`` by attempt, those without an answer left out."""
        rests: dict[O, list[float | None]] = {}
        for point in self.by_question.get(question, []):
            for option in chosen.get(point.attempt, ()):
                rests.setdefault(option, []).append(self.rest(point))
        asked = len(self.by_question.get(question, []))
        return {option: _option(found, asked) for option, found in rests.items()}

    def alpha(self) -> float | None:
        """Of the attempts in which every question is marked; None where these are not most of all attempts (as some
        had other questions), and where it is not defined."""
        columns = [{point.attempt: point.points for point in points} for points in self.by_question.values()]
        complete = [attempt for attempt in self._sums if all(attempt in column for column in columns)]
        if len(columns) < 2 or len(complete) < max(FEWEST, len(self._sums) / 2):
            return None
        whole = variance(self._sums[attempt][0] for attempt in complete)
        if whole <= 0:
            return None
        parts = sum(variance(column[attempt] for attempt in complete) for column in columns)
        return len(columns) / (len(columns) - 1) * (1 - parts / whole)


def _option(rests: Sequence[float | None], asked: int) -> OptionFigures:
    known = [rest for rest in rests if rest is not None]
    return OptionFigures(len(rests), len(rests) / asked, fmean(known) if known else None)


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's r; None for too few pairs, and where one side is all the same."""
    if len(pairs) < FEWEST:
        return None
    mean_x, mean_y = fmean(x for x, _ in pairs), fmean(y for _, y in pairs)
    xx = sum((x - mean_x) ** 2 for x, _ in pairs)
    yy = sum((y - mean_y) ** 2 for _, y in pairs)
    if min(xx, yy) < 1e-12:
        return None
    r = sum((x - mean_x) * (y - mean_y) for x, y in pairs) / sqrt(xx * yy)
    return max(-1.0, min(1.0, r))


def summary(values: Sequence[float]) -> Summary | None:
    if not values:
        return None
    deviation = stdev(values) if len(values) > 1 else None
    return Summary(len(values), fmean(values), median(values), deviation, min(values), max(values))


def distribution(percents: Iterable[float], bins: int = 10) -> list[Bin]:
    """From 0 to 100 in equal parts; each holds its lower edge, the last one its upper edge too."""
    counts = [0] * bins
    for percent in percents:
        counts[max(0, min(bins - 1, int(percent * bins / 100)))] += 1
    return [Bin(100 * place / bins, 100 * (place + 1) / bins, count) for place, count in enumerate(counts)]


def error_of_measurement(deviation: float | None, alpha: float | None) -> float | None:
    """The standard error of a score, in its unit."""
    if deviation is None or alpha is None:
        return None
    return deviation * sqrt(1 - min(1.0, max(0.0, alpha)))
