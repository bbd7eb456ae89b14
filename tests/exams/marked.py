"""Exams handed in, for tests of marking and results: questions from plain values, answers as browsers send them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from exams import paper, services
from exams.items import Item, ItemChoice, Kind
from exams.models import Attempt, Exam, Institution, Mark, Question, User
from tests import factories

PRIME = Item(
    Kind.SINGLE_CHOICE, "Which is prime?", name="prime", points=Decimal(2), penalty=Decimal("0.5"),
    choices=(ItemChoice("21"), ItemChoice("23", correct=True), ItemChoice("25")),
)  # fmt: skip
EVEN = Item(
    Kind.MULTIPLE_CHOICE, "Which are even?", name="even", points=Decimal(4),
    choices=(ItemChoice("2", correct=True), ItemChoice("4", correct=True), ItemChoice("5"), ItemChoice("7")),
)  # fmt: skip
PI = Item(Kind.NUMERIC, "Pi to two decimals?", name="pi", number=Decimal("3.14"), tolerance=Decimal("0.005"))
CAPITAL = Item(Kind.SHORT_TEXT, "The capital of Peru?", name="capital", choices=(ItemChoice("Lima"),))
PAIRS = Item(
    Kind.MATCHING, "Match them.", name="pairs", points=Decimal(2),
    choices=(ItemChoice("dog", match="bark"), ItemChoice("cat", match="mew"), ItemChoice("", match="moo")),
)  # fmt: skip
ORDER = Item(
    Kind.ORDERING,
    "Put in order.",
    name="order",
    points=Decimal(3),
    choices=tuple(map(ItemChoice, ("1st", "2nd", "3rd"))),
)
ESSAY = Item(Kind.ESSAY, "Why is 1 no prime?", name="essay", points=Decimal(5), guidance="Two divisors.")
ALL = (PRIME, EVEN, PI, CAPITAL, PAIRS, ORDER, ESSAY)

Answers = Mapping[str, Any]
RIGHT: Answers = {
    "prime": "23",
    "even": ["2", "4"],
    "pi": "3,14",
    "capital": "lima ",
    "pairs": {"dog": "bark", "cat": "mew"},
    "order": ["1st", "2nd", "3rd"],
    "essay": "A prime has two divisors.",
}


def exam(at: Institution | None = None, *items: Item, **fields: Any) -> Exam:
    """Published, with these questions (one of every kind unless given)."""
    made = factories.exam(at, questions=False, **({"state": Exam.State.DRAFT} | fields))
    section = factories.section(made)
    for position, item in enumerate(items or ALL, start=1):
        services.write_item(section, item, position)
    services.freeze(section.version)
    Exam.objects.filter(pk=made.pk).update(state=Exam.State.PUBLISHED)
    made.refresh_from_db()
    return made


def question(of: Exam, name: str) -> Question:
    """As it stands in the newest version that was published."""
    published = factories.questions(of).filter(section__version__frozen_at__isnull=False, name=name)
    return published.order_by("-section__version__number")[0]


def sitting(of: Exam, answers: Answers, candidate: User | None = None, **fields: Any) -> Attempt:
    """An attempt that runs, with these answers saved."""
    candidate = candidate or factories.user()
    now = timezone.now()
    attempt = factories.attempt(of, candidate, started_at=now, deadline=now + timedelta(hours=1), **fields)
    for name, said in answers.items():
        answer(attempt, name, said)
    return attempt


def answer(attempt: Attempt, name: str, said: Any) -> None:
    asked = Question.objects.get(section__version=attempt.version_id, name=name)
    services.save_answer(
        attempt=attempt, client_id=uuid4(), question_id=asked.pk, value=value(asked, said, attempt.seed)
    )


def value(asked: Question, said: Any, seed: str) -> dict[str, Any]:
    """Words as their keys in the attempt's page."""
    choices = list(asked.choices.all())

    def key(text: str, side: str = "") -> str:
        named = (choice for choice in choices if text == (choice.match if side == "right" else choice.text))
        return paper.key(seed, next(named), side)

    if asked.kind == Question.Kind.SINGLE_CHOICE:
        return {"choice": key(said)}
    if asked.kind == Question.Kind.MULTIPLE_CHOICE:
        return {"choices": [key(text) for text in said]}
    if asked.kind == Question.Kind.MATCHING:
        return {"pairs": {key(left, "left"): key(right, "right") for left, right in said.items()}}
    if asked.kind == Question.Kind.ORDERING:
        return {"order": [key(text) for text in said]}
    return {"number" if asked.kind == Question.Kind.NUMERIC else "text": said}


def handed_in(of: Exam, answers: Answers, candidate: User | None = None, **fields: Any) -> Attempt:
    attempt = services.submit_attempt(attempt=sitting(of, answers, candidate, **fields))
    attempt.refresh_from_db()
    return attempt


def points(attempt: Attempt) -> dict[str, Decimal | None]:
    """By the question's name."""
    return dict(Mark.objects.filter(attempt=attempt).values_list("question__name", "points"))


def mark(attempt: Attempt, name: str) -> Mark:
    return Mark.objects.get(attempt=attempt, question__name=name)
