"""An exam that shows what exams can be: every kind of question, two sections, a pool, formulas, penalties."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from exams.items import Item, ItemChoice, Kind
from exams.models import Exam, ExamVersion, Institution, Pool, Section
from exams.services.items import write_item
from exams.services.states import publish
from exams.services.versions import draft_of

TITLE = "Every kind of question"
INSTRUCTIONS = """\
This exam shows **every kind of question**. You have three attempts; each draws other questions from the pool.

- Formulas such as $a^2 + b^2 = c^2$ are set as in print.
- Where it says so, a wrong answer costs points. No answer never does.
"""
POOL, DRAWN = "Derivatives", 2
ROUND = Decimal(1) / 200  # half of the last of two decimals

WARMING_UP = (
    Item(
        Kind.SINGLE_CHOICE,
        "Which number solves $x^2 - 5x + 6 = 0$ and is even?",
        points=Decimal(2),
        penalty=Decimal("0.5"),
        choices=(
            ItemChoice("$x = 1$", feedback="$1 - 5 + 6 = 2$"),
            ItemChoice("$x = 2$", correct=True),
            ItemChoice("$x = 3$", feedback="It solves the equation, but it is odd."),
            ItemChoice("$x = 6$"),
        ),
        feedback="$x^2 - 5x + 6 = (x - 2)(x - 3)$",
    ),
    Item(
        Kind.MULTIPLE_CHOICE,
        "Which of these are *primary* colours of light?",
        points=Decimal(3),
        choices=(
            ItemChoice("Red", correct=True),
            ItemChoice("Yellow"),
            ItemChoice("Green", correct=True),
            ItemChoice("Blue", correct=True),
            ItemChoice("Black"),
        ),
        feedback="Yellow light is red and green light together.",
    ),
    Item(
        Kind.NUMERIC,
        "Give the area under the curve, to two decimals:\n\n$$\\int_0^1 \\frac{4}{1 + x^2}\\,dx$$",
        points=Decimal(2),
        number=Decimal("3.14159"),
        tolerance=ROUND,
        feedback="It is $\\pi$.",
    ),
    Item(
        Kind.SHORT_TEXT,
        "Which gas do green plants take from the air to make sugar?",
        choices=(ItemChoice("carbon dioxide"), ItemChoice("CO2"), ItemChoice("carbon", credit=Decimal(25))),
    ),
)
REASONING = (
    Item(
        Kind.MATCHING,
        "Which unit belongs to which quantity?",
        points=Decimal(3),
        choices=(
            ItemChoice("Force", match="newton"),
            ItemChoice("Energy", match="joule"),
            ItemChoice("Power", match="watt"),
            ItemChoice("", match="pascal"),
        ),
    ),
    Item(
        Kind.ORDERING,
        "Put these inventions in order, the oldest first.",
        points=Decimal(2),
        choices=(
            ItemChoice("Paper"),
            ItemChoice("Printing with movable type"),
            ItemChoice("Telescope"),
            ItemChoice("Telephone"),
        ),
        feedback="About 100, 1040, 1608 and 1876.",
    ),
    Item(
        Kind.ESSAY,
        "The table above has a mean of 3 and a median of 2. Explain in two or three sentences why they differ, and "
        "which of the two you would report.",
        points=Decimal(4),
        guidance="2 points: the one large number pulls the mean up, not the median. 2 points: a choice with a reason.",
    ),
)
SECOND_SECTION = """\
Some questions below are about these numbers of visitors:

| day | Mon | Tue | Wed | Thu | Fri |
|---|---|---|---|---|---|
| visitors | 1 | 2 | 2 | 2 | 8 |
"""
DERIVATIVES = tuple(
    Item(Kind.NUMERIC, f"Let $f(x) = {function}$. What is $f'(2)$?", points=Decimal(2), number=Decimal(number))
    for function, number in (("x^2", 4), ("x^3 - x", 11), (r"\frac{8}{x}", -2), ("5x + 7", 5))
)


@transaction.atomic
def make_exam(institution: Institution) -> tuple[Exam, bool]:
    """The exam, published, and whether it was made just now; one that is there is left as it is."""
    exam, made = Exam.objects.get_or_create(
        institution=institution,
        title=TITLE,
        defaults={
            "instructions": INSTRUCTIONS,
            "duration_minutes": 45,
            "attempts_allowed": 3,
            "passing_percent": Decimal(50),
            "afterwards": Exam.Afterwards.REVIEW,
            "shuffle_options": True,
        },
    )
    if made:
        _write(draft_of(exam))
        exam = publish(exam, by=None)
    return exam, made


def _write(version: ExamVersion) -> None:
    first = version.sections.get()
    first.title = "Warming up"
    first.save()
    second = Section.objects.create(version=version, position=2, title="Reasoning", text=SECOND_SECTION)
    pool = Pool.objects.create(section=second, name=POOL, draw=DRAWN)
    for position, item in enumerate(WARMING_UP, start=1):
        write_item(first, item, position)
    for position, item in enumerate(REASONING, start=1):
        write_item(second, item, position)
    for position, item in enumerate(DERIVATIVES, start=len(REASONING) + 1):
        write_item(second, item, position, pool=pool)
