"""Kept answers as marking reads them: places in the question's own order instead of numbers and keys of an attempt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from exams import paper
from exams.answers import Value, is_empty
from exams.marking import Response
from exams.models import Choice, Question


def response_of(question: Question, value: Value, seed: str) -> Response | None:
    """None where nothing is answered. ``question.choices`` may be prefetched; then the database is asked nothing.

    What names no option of the question counts as not said, so that no kept answer keeps an attempt from being marked.
    """
    if is_empty(value):
        return None
    return _READERS[Question.Kind(question.kind)](list(question.choices.all()), value, seed)


def _chosen(choices: list[Choice], value: Value, seed: str) -> frozenset[int]:
    named = _list(value.get("choices")) if "choices" in value else [value.get("choice")]
    return frozenset(place for place, choice in enumerate(choices) if choice.pk in named)


def _text(choices: list[Choice], value: Value, seed: str) -> str:
    content = value.get("text", value.get("number"))
    return content if isinstance(content, str) else ""


def _pairs(choices: list[Choice], value: Value, seed: str) -> dict[int, int]:
    left = {paper.key(seed, choice, "left"): place for place, choice in enumerate(choices)}
    right = {paper.key(seed, choice, "right"): place for place, choice in enumerate(choices)}
    pairs = value.get("pairs")
    named = pairs.items() if isinstance(pairs, dict) else ()
    return {left[one]: right[other] for one, other in named if one in left and other in right}


def _order(choices: list[Choice], value: Value, seed: str) -> tuple[int, ...]:
    places = {paper.key(seed, choice): place for place, choice in enumerate(choices)}
    return tuple(places[key] for key in _list(value.get("order")) if key in places)


def _list(content: Any) -> list[Any]:
    return content if isinstance(content, list) else []


_READERS: dict[Question.Kind, Callable[[list[Choice], Value, str], Response]] = {
    Question.Kind.SINGLE_CHOICE: _chosen,
    Question.Kind.MULTIPLE_CHOICE: _chosen,
    Question.Kind.NUMERIC: _text,
    Question.Kind.SHORT_TEXT: _text,
    Question.Kind.ESSAY: _text,
    Question.Kind.MATCHING: _pairs,
    Question.Kind.ORDERING: _order,
}
