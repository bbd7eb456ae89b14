"""What must hold for a question to be asked and marked, by kind."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from exams.items import Item, ItemChoice, Kind, check

RIGHT = ItemChoice("4", correct=True)
WRONG = ItemChoice("5")
PAIRS = (ItemChoice("one", match="1"), ItemChoice("two", match="2"))
GOOD = {
    Kind.SINGLE_CHOICE: Item(Kind.SINGLE_CHOICE, "2 + 2?", choices=(RIGHT, WRONG)),
    Kind.MULTIPLE_CHOICE: Item(Kind.MULTIPLE_CHOICE, "Which?", choices=(RIGHT, WRONG, RIGHT)),
    Kind.NUMERIC: Item(Kind.NUMERIC, "Pi?", number=Decimal("3.14"), tolerance=Decimal("0.005")),
    Kind.SHORT_TEXT: Item(Kind.SHORT_TEXT, "Capital?", choices=(ItemChoice("Paris"),)),
    Kind.ESSAY: Item(Kind.ESSAY, "Discuss.", guidance="Three arguments."),
    Kind.MATCHING: Item(Kind.MATCHING, "Match.", choices=(*PAIRS, ItemChoice("", match="3"))),
    Kind.ORDERING: Item(Kind.ORDERING, "Order.", choices=(ItemChoice("first"), ItemChoice("second"))),
}


@pytest.mark.parametrize("kind", Kind)
def test_a_sound_item_of_every_kind_has_no_problem(kind: Kind) -> None:
    assert check(GOOD[kind]) == []


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        (Kind.SINGLE_CHOICE, {"choices": (RIGHT,)}, "choices"),
        (Kind.SINGLE_CHOICE, {"choices": (WRONG, WRONG)}, "choices"),
        (Kind.SINGLE_CHOICE, {"choices": (RIGHT, RIGHT)}, "choices"),
        (Kind.SINGLE_CHOICE, {"choices": (RIGHT, ItemChoice(" "))}, "choices.1"),
        (Kind.SINGLE_CHOICE, {"choices": (RIGHT, ItemChoice("x" * 2001))}, "choices.1"),
        (Kind.SINGLE_CHOICE, {"choices": (RIGHT, ItemChoice("x", credit=Decimal(101)))}, "choices.1"),
        (Kind.SINGLE_CHOICE, {"choices": (RIGHT, ItemChoice("x", credit=Decimal("0.123456")))}, "choices.1"),
        (Kind.SINGLE_CHOICE, {"choices": (RIGHT, *[WRONG] * 200)}, "choices"),
        (Kind.MULTIPLE_CHOICE, {"choices": (WRONG, WRONG)}, "choices"),
        (Kind.NUMERIC, {"number": None}, "number"),
        (Kind.NUMERIC, {"number": Decimal("NaN")}, "number"),
        (Kind.NUMERIC, {"number": Decimal("1e18")}, "number"),
        (Kind.NUMERIC, {"number": Decimal("1e-13")}, "number"),
        (Kind.NUMERIC, {"tolerance": Decimal("-0.1")}, "tolerance"),
        (Kind.NUMERIC, {"tolerance": Decimal("Infinity")}, "tolerance"),
        (Kind.NUMERIC, {"choices": (RIGHT,)}, "choices"),
        (Kind.SHORT_TEXT, {"choices": ()}, "choices"),
        (Kind.ESSAY, {"choices": (RIGHT,)}, "choices"),
        (Kind.MATCHING, {"choices": (PAIRS[0], ItemChoice("", match="3"))}, "choices"),
        (Kind.MATCHING, {"choices": (*PAIRS, ItemChoice("three"))}, "choices.2"),
        (Kind.ORDERING, {"choices": (ItemChoice("first"),)}, "choices"),
        (Kind.ESSAY, {"text": "  "}, "text"),
        (Kind.ESSAY, {"text": "x" * 20_001}, "text"),
        (Kind.ESSAY, {"text": "nul \0"}, "text"),
        (Kind.ESSAY, {"text": "half \ud800"}, "text"),
        (Kind.ESSAY, {"name": "x" * 201}, "name"),
        (Kind.ESSAY, {"guidance": "x" * 20_001}, "guidance"),
        (Kind.ESSAY, {"points": Decimal("-1")}, "points"),
        (Kind.ESSAY, {"points": Decimal("1.005")}, "points"),
        (Kind.ESSAY, {"points": Decimal("100000")}, "points"),
        (Kind.ESSAY, {"penalty": Decimal("NaN")}, "penalty"),
    ],
)
def test_each_fault_is_found_at_its_field(kind: Kind, changes: dict[str, object], field: str) -> None:
    assert [problem.field for problem in check(replace(GOOD[kind], **changes))] == [field]  # type: ignore[arg-type]


def test_a_number_of_as_many_digits_as_can_be_kept_is_taken() -> None:
    assert check(replace(GOOD[Kind.NUMERIC], number=Decimal("-999999999999999999.123456789012"))) == []


def test_a_fault_says_what_to_do() -> None:
    [problem] = check(replace(GOOD[Kind.SINGLE_CHOICE], choices=(RIGHT, RIGHT)))
    assert problem.message == "A single choice needs exactly one right option; 2 are marked right."
