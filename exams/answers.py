"""What an answer to each kind of question looks like, and what is refused.

Kept is, by kind: ``{"choice": id}`` (None: taken back) · ``{"choices": [ids]}`` · ``{"number": "3,14"}`` as typed ·
``{"text": "…"}`` of short texts and essays · ``{"pairs": {left key: right key}}`` · ``{"order": [keys]}``.
Browsers know every option by a key made for their attempt (``exams.paper.key``): numbers and their order would tell
how the author wrote them down, and that is often the right answer first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import prefetch_related_objects

from exams import paper
from exams.errors import InvalidAnswer
from exams.models import Choice, Question
from exams.numbers import LONGEST_NUMBER, read_number

LONGEST_SHORT_TEXT = 1_000
LONGEST_ESSAY = 20_000

Value = dict[str, Any]


def check_value(*, question: Question, value: Value, seed: str) -> Value:
    """The answer as it is kept; raises InvalidAnswer. Asks the database once at most, for the question's choices."""
    name, check = _KINDS[Question.Kind(question.kind)]
    if set(value) != {name}:
        raise InvalidAnswer(f"This question takes an answer of the form {{“{name}”: …}}.", field="value")
    return {name: check(question, value[name], seed)}


def is_empty(value: Value) -> bool:
    """Whether the answer was taken back, or nothing was written in it: that is no answer, not a wrong one."""
    return all(not (content.strip() if isinstance(content, str) else content) for content in value.values())


def for_browser(*, question: Question, value: Value, seed: str) -> Value:
    """A kept answer in the words its page knows. ``question.choices`` may be prefetched."""
    if question.kind not in (Question.Kind.SINGLE_CHOICE, Question.Kind.MULTIPLE_CHOICE):
        return value
    keys = {choice.pk: paper.key(seed, choice) for choice in question.choices.all()}
    if question.kind == Question.Kind.SINGLE_CHOICE:
        return {"choice": keys.get(value["choice"])}
    return {"choices": [keys[number] for number in value["choices"] if number in keys]}


def _choice(question: Question, content: Any, seed: str) -> int | None:
    if content is None:
        return None
    return _option(content, _by_key(question, seed))


def _choices(question: Question, content: Any, seed: str) -> list[int]:
    if not isinstance(content, list):
        raise InvalidAnswer("The chosen options must be a list.", field="value")
    known = _by_key(question, seed)
    if len(content) > len(known):
        raise InvalidAnswer("More options are chosen than the question has.", field="value")
    chosen = [_option(each, known) for each in content]
    if len(set(chosen)) != len(chosen):
        raise InvalidAnswer("An option is chosen twice.", field="value", code="chosen_twice")
    return sorted(chosen)


def _by_key(question: Question, seed: str) -> dict[str, Choice]:
    return {paper.key(seed, choice): choice for choice in question.choices.all()}


def _option(named: Any, known: dict[str, Choice]) -> int:
    """By its key, or by its number for programs that have it."""
    # bool is an int in Python, and {"choice": true} is not the choice numbered 1.
    if type(named) is int and any(choice.pk == named for choice in known.values()):
        return named
    if isinstance(named, str) and named in known:
        return known[named].pk
    raise InvalidAnswer("This choice does not belong to the question.", field="value", code="unknown_choice")


def _number(question: Question, content: Any, seed: str) -> str:
    typed = _text(content, LONGEST_NUMBER)
    if typed.strip() and read_number(typed) is None:
        shown = typed.strip() if len(typed.strip()) <= 40 else f"{typed.strip()[:40]}…"
        raise InvalidAnswer(
            f"“{shown}” can’t be read as a number. Write digits alone, such as 3.14, 3,14 or -2e5, and no unit.",
            field="value",
            code="not_a_number",
        )
    return typed


def _short_text(question: Question, content: Any, seed: str) -> str:
    return _text(content, LONGEST_SHORT_TEXT)


def _essay(question: Question, content: Any, seed: str) -> str:
    return _text(content, LONGEST_ESSAY)


def _text(content: Any, longest: int) -> str:
    if not isinstance(content, str):
        raise InvalidAnswer("The text of an answer must be text.", field="value")
    if len(content) > longest:
        raise InvalidAnswer(
            f"The answer is {len(content):,} characters long; at most {longest:,} can be kept.",
            field="value",
            code="text_too_long",
        )
    if not _storable(content):
        raise InvalidAnswer("The answer holds a character that cannot be kept.", field="value", code="bad_character")
    return content


def _storable(text: str) -> bool:
    """PostgreSQL's JSON takes neither NUL nor half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _pairs(question: Question, content: Any, seed: str) -> dict[str, str]:
    """Some may still be missing; one of the right-hand side may be taken several times."""
    if not isinstance(content, dict):
        raise InvalidAnswer("The pairs of an answer must be an object, from left to right.", field="value")
    prefetch_related_objects([question], "choices")
    left = {paper.key(seed, choice, "left") for choice in paper.left_side(seed, question, shuffle=False)}
    right = {paper.key(seed, choice, "right") for choice in paper.matches(seed, question)}
    if not all(isinstance(each, str) and each in right for each in content.values()) or not set(content) <= left:
        raise InvalidAnswer("This pair does not belong to the question.", field="value", code="unknown_choice")
    return content


def _order(question: Question, content: Any, seed: str) -> list[str]:
    """All items, or none."""
    if not isinstance(content, list) or not all(isinstance(each, str) for each in content):
        raise InvalidAnswer("The order of an answer must be a list.", field="value")
    if content and sorted(content) != sorted(_by_key(question, seed)):
        raise InvalidAnswer("An order holds every item of the question once.", field="value", code="unknown_choice")
    return content


_KINDS: dict[Question.Kind, tuple[str, Callable[[Question, Any, str], Any]]] = {
    Question.Kind.SINGLE_CHOICE: ("choice", _choice),
    Question.Kind.MULTIPLE_CHOICE: ("choices", _choices),
    Question.Kind.NUMERIC: ("number", _number),
    Question.Kind.SHORT_TEXT: ("text", _short_text),
    Question.Kind.ESSAY: ("text", _essay),
    Question.Kind.MATCHING: ("pairs", _pairs),
    Question.Kind.ORDERING: ("order", _order),
}
