"""A question's row as the plain value that marking, export and the preview work with."""

from __future__ import annotations

from decimal import Decimal

from exams.items import Item, ItemChoice, Kind
from exams.models import Choice, Question


def item_of(question: Question) -> Item:
    """``question.choices`` in their order: prefetched (``selectors.questions_of``), this asks the database nothing."""
    return Item(
        kind=Kind(question.kind),
        text=question.text,
        name=question.name,
        points=trimmed(question.points),
        penalty=trimmed(question.penalty),
        choices=tuple(choice_of(choice) for choice in question.choices.all()),
        number=None if question.number is None else trimmed(question.number),
        tolerance=trimmed(question.tolerance),
        case_sensitive=question.case_sensitive,
        shuffle=question.shuffle,
        guidance=question.guidance,
        feedback=question.feedback,
    )


def choice_of(choice: Choice) -> ItemChoice:
    return ItemChoice(
        text=choice.text,
        correct=choice.correct,
        credit=None if choice.credit is None else trimmed(choice.credit),
        match=choice.match,
        feedback=choice.feedback,
    )


def trimmed(value: Decimal) -> Decimal:
    """Without the zeros a column's fixed number of decimals appends, and never as 1E+2: fit to be shown."""
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()
