"""Shares of the points as Moodle writes them, a percentage at every option, and as they are kept here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

from exams.items import CREDIT_DECIMALS, HUNDRED, ItemChoice

NOTHING = Decimal(0)
_ALIKE = Decimal("0.001")  # Moodle writes a third as 33.33333


def percentage(text: str) -> Decimal | None:
    """A percentage of a file; None where it is no number from -100 to 100."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return rounded(value) if value.is_finite() and -HUNDRED <= value <= HUNDRED else None


def rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-CREDIT_DECIMALS), ROUND_HALF_UP)


def computed(choices: Sequence[ItemChoice]) -> tuple[Decimal, Decimal]:
    """What choosing a right and a wrong option earns where neither has a credit of its own (exams/marking.py)."""
    right = sum(choice.correct for choice in choices)
    wrong = len(choices) - right
    with localcontext() as context:
        context.prec = 28
        return (HUNDRED / right if right else NOTHING, -HUNDRED / wrong if wrong else NOTHING)


def single(choices: Sequence[ItemChoice]) -> tuple[ItemChoice, ...]:
    """Options with a share each: the one worth everything is right, and what is worth nothing needs no credit."""
    return tuple(
        replace(
            choice,
            correct=choice.credit == HUNDRED,
            credit=None if choice.credit in {NOTHING, HUNDRED} else choice.credit,
        )
        for choice in choices
    )


def multiple(choices: Sequence[ItemChoice]) -> tuple[ItemChoice, ...]:
    """Options with a share each: those that earn something are right. Shares that are what would be computed go."""
    marked = [replace(choice, correct=(choice.credit or NOTHING) > 0) for choice in choices]
    right, wrong = computed(marked)
    return tuple(
        replace(choice, credit=None)
        if abs((choice.credit or NOTHING) - (right if choice.correct else wrong)) < _ALIKE
        else choice
        for choice in marked
    )


def written(choice: ItemChoice, choices: Sequence[ItemChoice]) -> Decimal:
    """The share of an option of a multiple choice."""
    right, wrong = computed(choices)
    return rounded(right if choice.correct else wrong) if choice.credit is None else choice.credit


def plain(value: Decimal) -> str:
    """Digits without an exponent and without zeros at the end."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
