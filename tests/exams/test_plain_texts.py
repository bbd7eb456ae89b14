"""Texts of questions where one line of plain words is wanted."""

from __future__ import annotations

import csv
import io

import pytest

from exams import services
from exams.items import Item, Kind
from exams.plain_texts import in_one_line
from exams.result_files import results_csv
from tests import factories


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Which is *prime*?", "Which is prime?"),
        ("One\n\n* two\n* `x < 3`", "One two x < 3"),
        ("Solve $x^2 = 4$ now", "Solve x^2 = 4 now"),
        ("See\n\n$$a < b$$\n\nthere", "See a < b there"),
        ("![A map](picture:0190b0a8-4c5e-4b6e-9d3a-7d0f4d1c2b3a) of what?", "A map of what?"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a b 1 2"),
    ],
)
def test_it_is_words_alone(text: str, words: str) -> None:
    assert in_one_line(text, longest=60) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one two three", "one two…"),
        (r"one $\frac{1}{2} + x$", "one…"),
        ("seventeenletters", "seventeen…"),
    ],
)
def test_it_is_cut_between_words_and_within_no_formula(text: str, words: str) -> None:
    assert in_one_line(text, longest=10) == words


@pytest.mark.django_db
def test_headings_of_results_are_one_line_of_words() -> None:
    exam = factories.exam(questions=False)
    section = services.draft_of(exam).sections.get()
    text = r"""**Compute**

$$\int_0^1 x^2 \, dx + \int_1^2 x^3 \, dx + \int_2^3 x^4 \, dx + \int_3^4 x^5 \, dx$$ and explain."""
    services.write_item(section, Item(Kind.ESSAY, text), 1)
    services.freeze(section.version)
    [header] = list(csv.reader(io.StringIO(results_csv(exam))))
    assert header[-1] == "1. Compute…"
