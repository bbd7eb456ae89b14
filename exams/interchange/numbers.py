"""Numbers and shares of points in files, as Moodle writes them and as they are kept here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

from exams.interchange.base import Fault, shown
from exams.items import CREDIT_DECIMALS, HUNDRED, ItemChoice
from exams.numbers import read_number

NOTHING = Decimal(0)
_ALIKE = Decimal("0.001")  # Moodle writes a third as 33.33333
Say = Callable[[str], None]


def number(text: str) -> Decimal:
    value = read_number(text)
    if value is None:
        raise Fault(f"{shown(text)} is no number. Write digits alone, such as 3.14 or 2e-5, without a unit.")
    return value


def plain(value: Decimal) -> str:
    """Digits without an exponent and without zeros at the end."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def best_number(found: Sequence[tuple[Decimal, Decimal, Decimal]], say: Say) -> tuple[Decimal, Decimal]:
    """Of several numbers, each with its share and tolerance, the one that is worth everything."""
    if not found:
        raise Fault("The numeric question has no number. Give one with its tolerance.")
    best = max(found, key=lambda answer: answer[0])
    if best[0] != HUNDRED:
        raise Fault("No number of this question is worth 100 %. Give the right one that share.")
    others = [answer for answer in found if answer is not best]
    if others:
        told = ", ".join(f"{plain(n)} ± {plain(t)} for {plain(w)} %" for w, n, t in others[:5])
        say(f"Only {plain(best[1])} ± {plain(best[2])} is taken; left out: {told}.")
    return best[1], best[2]


def percentage(text: str) -> Decimal:
    try:
        value = Decimal(text.strip())
        if -HUNDRED <= value <= HUNDRED:
            return rounded(value)
    except InvalidOperation:
        pass
    raise Fault(f"{shown(text)} is no share of the points. Write a number from -100 to 100, per cent.")


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


def multiple(choices: Sequence[ItemChoice], say: Say) -> tuple[ItemChoice, ...]:
    """Options with a share each: those that earn something are right. Shares that are what would be computed go."""
    earned = sum((choice.credit for choice in choices if choice.credit and choice.credit > 0), NOTHING)
    if earned and abs(earned - HUNDRED) > 1:
        say(f"The shares of the right options add up to {plain(earned)} %, not to 100 %.")
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


def contradicts(choice: ItemChoice) -> bool:
    """Whether a share alone would say the opposite of what is marked right."""
    return choice.credit is not None and (choice.credit > 0) != choice.correct
