"""A question as a plain value: what marking, import, export and the preview share. No Django here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

# What one row of the database holds; whoever checks an item here is not surprised there.
MAX_TEXT = 20_000
MAX_CHOICE = 2_000
MAX_NAME = 200
MAX_CHOICES = 200
MAX_POINTS = Decimal("99999.99")
MAX_NUMBER = Decimal(10) ** 18
NUMBER_DECIMALS = 12
CREDIT_DECIMALS = 5
HUNDRED = Decimal(100)


class Kind(str, Enum):
    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    NUMERIC = "numeric"
    SHORT_TEXT = "short_text"
    ESSAY = "essay"
    MATCHING = "matching"
    ORDERING = "ordering"


@dataclass(frozen=True, slots=True)
class ItemChoice:
    """By kind: an option; an accepted answer (``credit`` None = 100 %); a pair ``text`` → ``match``, where an empty
    ``text`` only stands on the right, as a distractor; an item at its right place."""

    text: str
    correct: bool = False
    credit: Decimal | None = None  # per cent of the points; None = computed
    match: str = ""
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    kind: Kind
    text: str  # Markdown
    name: str = ""
    points: Decimal = Decimal(1)
    penalty: Decimal = Decimal(0)
    choices: tuple[ItemChoice, ...] = ()
    number: Decimal | None = None
    tolerance: Decimal = Decimal(0)
    case_sensitive: bool = False
    shuffle: bool = True
    guidance: str = ""  # for the person who marks an essay
    feedback: str = ""  # shown afterwards, where the exam allows it


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, at which field of the item (``choices`` for all of them, ``choices.2`` for the third)."""

    field: str
    message: str


def check(item: Item) -> list[Problem]:
    """Everything that keeps the item from being asked and marked; an empty list means it can be."""
    problems = [*_texts(item), *_figures(item)]
    if len(item.choices) > MAX_CHOICES:
        problems.append(Problem("choices", f"There are {len(item.choices)} choices; at most {MAX_CHOICES} are taken."))
    problems += _BY_KIND[item.kind](item)
    return problems


def _texts(item: Item) -> Iterator[Problem]:
    if not item.text.strip():
        yield Problem("text", "The question has no text.")
    yield from _text("name", item.name, MAX_NAME)
    yield from _text("text", item.text, MAX_TEXT)
    yield from _text("guidance", item.guidance, MAX_TEXT)
    yield from _text("feedback", item.feedback, MAX_TEXT)
    for place, choice in enumerate(item.choices):
        yield from _text(f"choices.{place}", choice.text, MAX_CHOICE)
        yield from _text(f"choices.{place}", choice.match, MAX_CHOICE)
        yield from _text(f"choices.{place}", choice.feedback, MAX_TEXT)


def _text(field: str, text: str, longest: int) -> Iterator[Problem]:
    if len(text) > longest:
        yield Problem(field, f"This text is {len(text):,} characters long; at most {longest:,} can be kept.")
    # PostgreSQL takes neither NUL nor half of a surrogate pair.
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        yield Problem(field, "This text holds a character that cannot be kept (NUL or half of a surrogate pair).")


def _figures(item: Item) -> Iterator[Problem]:
    for field, value in (("points", item.points), ("penalty", item.penalty)):
        if not value.is_finite() or not 0 <= value <= MAX_POINTS:
            yield Problem(field, f"The {field} must be a number from 0 to {MAX_POINTS}.")
        elif not _has_decimals(value, 2):
            yield Problem(field, f"The {field} can have two decimals at most.")
    for place, choice in enumerate(item.choices):
        credit = choice.credit
        if credit is None:
            continue
        if not credit.is_finite() or not -HUNDRED <= credit <= HUNDRED:
            yield Problem(f"choices.{place}", "A choice's credit must be from -100 to 100 per cent.")
        elif not _has_decimals(credit, CREDIT_DECIMALS):
            yield Problem(f"choices.{place}", f"A choice's credit can have {CREDIT_DECIMALS} decimals at most.")


def _has_decimals(value: Decimal, places: int) -> bool:
    """Whether that many decimals are enough for the number, which is finite. Rounding stops at 28 digits."""
    _, digits, exponent = value.as_tuple()
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return int(exponent) + zeros >= -places


def _filled(item: Item) -> Iterator[Problem]:
    for place, choice in enumerate(item.choices):
        if not choice.text.strip():
            yield Problem(f"choices.{place}", f"Choice {place + 1} has no text.")


def _single_choice(item: Item) -> Iterator[Problem]:
    yield from _filled(item)
    right = sum(choice.correct for choice in item.choices)
    if len(item.choices) < 2:
        yield Problem("choices", "A single choice needs two options or more.")
    if right != 1:
        marked = f"{right} are" if right else "none is"
        yield Problem("choices", f"A single choice needs exactly one right option; {marked} marked right.")


def _multiple_choice(item: Item) -> Iterator[Problem]:
    yield from _filled(item)
    if len(item.choices) < 2:
        yield Problem("choices", "A multiple choice needs two options or more.")
    if not any(choice.correct for choice in item.choices):
        yield Problem("choices", "A multiple choice needs one right option or more.")


def _numeric(item: Item) -> Iterator[Problem]:
    if item.number is None:
        yield Problem("number", "A numeric question needs the right number.")
    else:
        yield from _number("number", item.number)
    yield from _number("tolerance", item.tolerance)
    if item.tolerance.is_finite() and item.tolerance < 0:
        yield Problem("tolerance", "The tolerance must be 0 or more.")
    if item.choices:
        yield Problem("choices", "A numeric question has no choices, only its number and tolerance.")


def _number(field: str, value: Decimal) -> Iterator[Problem]:
    if not value.is_finite() or abs(value) >= MAX_NUMBER:
        yield Problem(field, f"The {field} must be between -{MAX_NUMBER:.0e} and {MAX_NUMBER:.0e}.")
    elif not _has_decimals(value, NUMBER_DECIMALS):
        yield Problem(field, f"The {field} can have {NUMBER_DECIMALS} decimals at most.")


def _short_text(item: Item) -> Iterator[Problem]:
    yield from _filled(item)
    if not item.choices:
        yield Problem("choices", "A short text needs one accepted answer or more.")


def _essay(item: Item) -> Iterator[Problem]:
    if item.choices:
        yield Problem("choices", "An essay has no choices: a person marks it. Put what they look for in the guidance.")


def _matching(item: Item) -> Iterator[Problem]:
    if sum(bool(choice.text.strip() and choice.match.strip()) for choice in item.choices) < 2:
        yield Problem("choices", "A matching question needs two pairs or more.")
    for place, choice in enumerate(item.choices):
        if not choice.match.strip():
            yield Problem(f"choices.{place}", f"Pair {place + 1} has no right-hand side.")


def _ordering(item: Item) -> Iterator[Problem]:
    yield from _filled(item)
    if len(item.choices) < 2:
        yield Problem("choices", "An ordering question needs two items or more.")


_BY_KIND: dict[Kind, Callable[[Item], Iterator[Problem]]] = {
    Kind.SINGLE_CHOICE: _single_choice,
    Kind.MULTIPLE_CHOICE: _multiple_choice,
    Kind.NUMERIC: _numeric,
    Kind.SHORT_TEXT: _short_text,
    Kind.ESSAY: _essay,
    Kind.MATCHING: _matching,
    Kind.ORDERING: _ordering,
}
