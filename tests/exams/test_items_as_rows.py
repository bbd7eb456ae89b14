"""A question goes from plain value to rows and back without a change."""

from __future__ import annotations

from decimal import Decimal

import pytest

from exams import services
from exams.errors import VersionFrozen
from exams.item_of import item_of
from exams.items import Item, ItemChoice, Kind
from exams.models import Choice, Exam, Question, Section
from tests import factories

pytestmark = pytest.mark.django_db

ITEMS = {
    item.kind: item
    for item in [
        Item(
            Kind.SINGLE_CHOICE,
            "Which is prime?",
            points=Decimal("2.5"),
            penalty=Decimal("0.5"),
            shuffle=False,
            feedback="23 has no divisors.",
            choices=(ItemChoice("21", feedback="3 × 7"), ItemChoice("23", correct=True)),
        ),
        Item(
            Kind.MULTIPLE_CHOICE,
            "Which are even?",
            name="Even",
            choices=(
                ItemChoice("2", correct=True, credit=Decimal("33.33333")),
                ItemChoice("3", credit=Decimal(-100)),
            ),
        ),
        Item(Kind.NUMERIC, "π?", number=Decimal("3.14159"), tolerance=Decimal("0.005")),
        Item(Kind.SHORT_TEXT, "Capital?", case_sensitive=True, choices=(ItemChoice("Kyiv"), ItemChoice("Kiev"))),
        Item(Kind.ESSAY, "Why?", guidance="Look for the reason."),
        Item(Kind.MATCHING, "Match.", choices=(ItemChoice("a", match="A"), ItemChoice("", match="Z"))),
        Item(Kind.ORDERING, "Order.", choices=(ItemChoice("one"), ItemChoice("two"))),
    ]
}


def draft_section() -> Section:
    return factories.section(factories.exam(state=Exam.State.DRAFT, questions=False))


@pytest.mark.parametrize("kind", Kind)
def test_what_is_written_is_read_again(kind: Kind) -> None:
    question = services.write_item(draft_section(), ITEMS[kind], 3)
    found = Question.objects.get(pk=question.pk)
    assert item_of(found) == ITEMS[kind]
    assert found.position == 3


def test_numbers_are_read_without_the_zeros_of_their_columns() -> None:
    question = services.write_item(draft_section(), ITEMS[Kind.NUMERIC], 1)
    Question.objects.update(points=100)
    item = item_of(Question.objects.get(pk=question.pk))
    assert (str(item.number), str(item.points)) == ("3.14159", "100")


def test_a_question_is_rewritten_in_its_place() -> None:
    question = services.write_item(draft_section(), ITEMS[Kind.SINGLE_CHOICE], 4)
    services.rewrite_item(question, ITEMS[Kind.MATCHING])
    found = Question.objects.get(uid=question.uid)
    assert (item_of(found), found.position) == (ITEMS[Kind.MATCHING], 4)


def test_nothing_is_written_into_published_questions() -> None:
    exam = factories.exam()
    question = factories.questions(exam)[0]
    before = (Question.objects.count(), Choice.objects.count(), question.text)
    with pytest.raises(VersionFrozen):
        services.write_item(factories.section(exam), ITEMS[Kind.ESSAY], 3)
    with pytest.raises(VersionFrozen):
        services.rewrite_item(question, ITEMS[Kind.ESSAY])
    assert (Question.objects.count(), Choice.objects.count(), factories.questions(exam)[0].text) == before
