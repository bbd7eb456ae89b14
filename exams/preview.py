"""A paper as a candidate would get it, marked as it is tried out. Nothing is saved, and no attempt is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from exams import paper, selectors
from exams.answers import check_value
from exams.errors import InvalidAnswer
from exams.item_of import item_of
from exams.marking import mark, total
from exams.models import ExamVersion, Question
from exams.responses import response_of


@dataclass(frozen=True, slots=True)
class Tried:
    """``points`` is None where a person marks the answer; ``problem`` says why an answer is refused."""

    points: Decimal | None
    maximum: Decimal
    problem: str = ""


def questions_for(version: ExamVersion, *, seed: str, only: int | None = None) -> list[Question]:
    """What the seed draws, in its order; or one question alone, whether or not it would be drawn."""
    questions = selectors.questions_of(version)
    if only is not None:
        return [question for question in questions if question.pk == only]
    return paper.draw(seed, questions, shuffle=version.exam.shuffle_questions)


def try_out(questions: list[Question], values: Mapping[str, Any], *, seed: str) -> dict[int, Tried]:
    """Each answer in ``values``, by question, as its page sends it."""
    return {
        question.pk: _tried(question, value, seed)
        for question in questions
        if isinstance(value := values.get(str(question.pk)), dict)
    }


def score(tried: Mapping[int, Tried]) -> Decimal:
    """As an attempt's: what waits for a person is not counted yet."""
    return total([each.points for each in tried.values() if each.points is not None])


def _tried(question: Question, value: dict[str, Any], seed: str) -> Tried:
    try:
        kept = check_value(question=question, value=value, seed=seed)
    except InvalidAnswer as error:
        return Tried(Decimal(0), question.points, error.message)
    return Tried(mark(item_of(question), response_of(question, kept, seed)), question.points)
