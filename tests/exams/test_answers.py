"""Answers of every kind: what is kept, what is refused, and what the browser gets back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from exams import answers, paper, selectors, services
from exams.errors import InvalidAnswer
from exams.models import Answer, Attempt, Pool, Question
from exams.numbers import read_number
from tests import factories

pytestmark = pytest.mark.django_db

KINDS = list(Question.Kind)
Value = dict[str, Any]


def sitting(*kinds: str) -> tuple[Attempt, list[Question]]:
    """A started attempt at an exam with one question of each of these kinds."""
    candidate = factories.user()
    exam = factories.exam(candidates=(candidate,), questions=False)
    asked = [factories.question(exam, kind, position=place) for place, kind in enumerate(kinds, start=1)]
    return services.start_attempt(attempt=services.open_attempt(candidate=candidate, exam=exam)), asked


def save(attempt: Attempt, question: Question, value: Value) -> Answer:
    return services.save_answer(attempt=attempt, client_id=uuid4(), question_id=question.pk, value=value)


def keys(attempt: Attempt, question: Question, side: str = "") -> list[str]:
    """By position, as no candidate gets them."""
    return [paper.key(attempt.seed, choice, side) for choice in question.choices.all()]


def sent(attempt: Attempt, question: Question) -> Value:
    """An answer such as the browser sends."""
    known = keys(attempt, question)
    left, right = keys(attempt, question, "left"), keys(attempt, question, "right")
    values: dict[str, Value] = {
        Question.Kind.SINGLE_CHOICE: {"choice": known[0] if known else None},
        Question.Kind.MULTIPLE_CHOICE: {"choices": known[:2]},
        Question.Kind.NUMERIC: {"number": " 3,14"},
        Question.Kind.SHORT_TEXT: {"text": "Ada"},
        Question.Kind.ESSAY: {"text": "One divisor.\n\nAlone."},
        Question.Kind.MATCHING: {"pairs": dict(zip(left[:1], right[1:2], strict=False))},
        Question.Kind.ORDERING: {"order": known[::-1]},
    }
    return values[question.kind]


EMPTY: dict[str, Value] = {
    Question.Kind.SINGLE_CHOICE: {"choice": None},
    Question.Kind.MULTIPLE_CHOICE: {"choices": []},
    Question.Kind.NUMERIC: {"number": ""},
    Question.Kind.SHORT_TEXT: {"text": ""},
    Question.Kind.ESSAY: {"text": " \n"},
    Question.Kind.MATCHING: {"pairs": {}},
    Question.Kind.ORDERING: {"order": []},
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_comes_back_as_the_browser_sent_it(kind: str) -> None:
    attempt, [question] = sitting(kind)
    value = sent(attempt, question)
    save(attempt, question, value)
    kept = selectors.current_answers(attempt)[question.pk].value
    assert not answers.is_empty(kept)
    back = answers.for_browser(question=question, value=kept, seed=attempt.seed)
    assert {name: sorted(each) if name == "choices" else each for name, each in back.items()} == {
        name: sorted(each) if name == "choices" else each for name, each in value.items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_can_be_taken_back(kind: str) -> None:
    attempt, [question] = sitting(kind)
    save(attempt, question, sent(attempt, question))
    assert save(attempt, question, EMPTY[kind]).revision == 2
    assert answers.is_empty(selectors.current_answers(attempt)[question.pk].value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_repeat_is_the_same_answer_whatever_name_its_options_had(kind: str) -> None:
    attempt, [question] = sitting(kind)
    first = save(attempt, question, sent(attempt, question))
    again = services.save_answer(
        attempt=attempt, client_id=first.client_id, question_id=question.pk, value=sent(attempt, question)
    )
    assert again == first
    by_number = services.save_answer(
        attempt=attempt, client_id=first.client_id, question_id=question.pk, value=first.value
    )
    assert by_number == first


def test_options_are_kept_by_their_numbers() -> None:
    attempt, [single, multiple] = sitting(Question.Kind.SINGLE_CHOICE, Question.Kind.MULTIPLE_CHOICE)
    numbers = [choice.pk for choice in multiple.choices.all()]
    assert save(attempt, single, sent(attempt, single)).value == {"choice": single.choices.all()[0].pk}
    assert save(attempt, multiple, {"choices": keys(attempt, multiple)[1::-1]}).value == {"choices": numbers[:2]}


REFUSED: list[tuple[str, Value]] = [
    (Question.Kind.SINGLE_CHOICE, {"choice": "0" * 12}),
    (Question.Kind.SINGLE_CHOICE, {"choice": True}),
    (Question.Kind.SINGLE_CHOICE, {"choice": 10**30}),
    (Question.Kind.SINGLE_CHOICE, {"choice": ["a"]}),
    (Question.Kind.SINGLE_CHOICE, {"text": "23"}),
    (Question.Kind.MULTIPLE_CHOICE, {"choices": None}),
    (Question.Kind.MULTIPLE_CHOICE, {"choices": ["0" * 12]}),
    (Question.Kind.MULTIPLE_CHOICE, {"choices": [{}]}),
    (Question.Kind.NUMERIC, {"number": 3.14}),
    (Question.Kind.NUMERIC, {"number": "3 km"}),
    (Question.Kind.NUMERIC, {"number": "1" * 101}),
    (Question.Kind.SHORT_TEXT, {"text": "x" * 1001}),
    (Question.Kind.SHORT_TEXT, {"text": None}),
    (Question.Kind.SHORT_TEXT, {"text": "a\0"}),
    (Question.Kind.ESSAY, {"text": "x" * 20_001}),
    (Question.Kind.ESSAY, {"text": "\ud800"}),
    (Question.Kind.ESSAY, {"text": "a", "choice": 1}),
    (Question.Kind.MATCHING, {"pairs": []}),
    (Question.Kind.MATCHING, {"pairs": {"0" * 12: "0" * 12}}),
    (Question.Kind.MATCHING, {"pairs": {"0" * 12: ["a"]}}),
    (Question.Kind.ORDERING, {"order": "abc"}),
    (Question.Kind.ORDERING, {"order": [1, 2, 3]}),
    (Question.Kind.ORDERING, {"order": ["0" * 12]}),
    *[(kind, {}) for kind in KINDS],
]


@pytest.mark.parametrize(("kind", "value"), REFUSED)
def test_what_does_not_fit_is_refused_with_a_sentence(kind: str, value: Value) -> None:
    attempt, [question] = sitting(kind)
    with pytest.raises(InvalidAnswer) as caught:
        save(attempt, question, value)
    assert caught.value.field == "value"
    assert caught.value.message.endswith(".")
    assert not Answer.objects.exists()


@pytest.mark.parametrize("kind", [Question.Kind.MULTIPLE_CHOICE, Question.Kind.ORDERING])
def test_nothing_is_named_twice(kind: str) -> None:
    attempt, [question] = sitting(kind)
    first, *rest = keys(attempt, question)
    twice = [first, first, *rest[1:]]
    name = "order" if kind == Question.Kind.ORDERING else "choices"
    with pytest.raises(InvalidAnswer):
        save(attempt, question, {name: twice})


@pytest.mark.parametrize("kind", ["single_choice", "multiple_choice", "matching", "ordering"])
def test_options_of_another_question_are_refused(kind: str) -> None:
    attempt, [asked, other] = sitting(kind, kind)
    with pytest.raises(InvalidAnswer) as caught:
        save(attempt, asked, sent(attempt, other))
    assert caught.value.code == "unknown_choice"


@pytest.mark.parametrize("kind", ["matching", "ordering"])
def test_keys_of_another_attempt_are_refused(kind: str) -> None:
    attempt, [question] = sitting(kind)
    strange = factories.attempt(attempt.exam, factories.user())
    with pytest.raises(InvalidAnswer):
        save(attempt, question, sent(strange, question))


def test_sides_of_a_pair_cannot_be_swapped() -> None:
    attempt, [question] = sitting(Question.Kind.MATCHING)
    left, right = keys(attempt, question, "left"), keys(attempt, question, "right")
    with pytest.raises(InvalidAnswer):
        save(attempt, question, {"pairs": {right[0]: left[0]}})
    with pytest.raises(InvalidAnswer):  # the last choice stands on the right alone
        save(attempt, question, {"pairs": {left[-1]: right[0]}})


def test_texts_are_kept_to_their_longest() -> None:
    attempt, [short, essay] = sitting(Question.Kind.SHORT_TEXT, Question.Kind.ESSAY)
    assert save(attempt, short, {"text": "ä" * answers.LONGEST_SHORT_TEXT}).revision == 1
    assert save(attempt, essay, {"text": "ä" * answers.LONGEST_ESSAY}).revision == 1


def test_of_a_pool_only_what_was_drawn_can_be_answered() -> None:
    candidate = factories.user()
    exam = factories.exam(candidates=(candidate,), questions=False)
    pool = Pool.objects.create(section=factories.section(exam), name="Proofs", draw=2)
    members = [factories.question(exam, "essay", position=place, pool=pool) for place in range(6)]
    attempt = services.start_attempt(attempt=services.open_attempt(candidate=candidate, exam=exam))
    drawn = selectors.paper_of(attempt)
    assert len(drawn) == 2
    for question in members:
        if question in drawn:
            save(attempt, question, {"text": "Because."})
            continue
        with pytest.raises(InvalidAnswer) as caught:
            save(attempt, question, {"text": "Because."})
        assert caught.value.code == "unknown_question"


def test_a_question_of_another_version_is_unknown() -> None:
    attempt, [question] = sitting(Question.Kind.ESSAY)
    services.freeze(draft := services.draft_of(attempt.exam))
    later = factories.question(attempt.exam, "essay")
    assert later.section.version == draft
    with pytest.raises(InvalidAnswer) as caught:
        save(attempt, later, {"text": "Because."})
    assert caught.value.code == "unknown_question"
    save(attempt, question, {"text": "Because."})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("questions", [1, 4])
def test_checking_asks_for_the_choices_once_at_most(
    kind: str, questions: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    attempt, asked = sitting(*[kind] * questions)
    question, value = Question.objects.get(pk=asked[0].pk), sent(attempt, asked[0])
    with django_assert_max_num_queries(1):
        answers.check_value(question=question, value=value, seed=attempt.seed)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("3.14", "3.14"),
        ("3,14", "3.14"),
        (" -0.5 ", "-0.5"),
        ("+7", "7"),
        (",5", "0.5"),
        ("5.", "5"),
        ("−3", "-3"),
        ("1 000 000", "1000000"),
        ("1\u202f000,5", "1000.5"),
        ("-2e5", "-200000"),
        ("1E-3", "0.001"),
        ("3·10^8", "300000000"),
        ("3 x 10^-2", "0.03"),
        ("٣٫١٤", "3.14"),
        ("\u200f-5", "-5"),
    ],
)
def test_numbers_are_read_as_people_type_them(typed: str, number: str) -> None:
    assert read_number(typed) == Decimal(number)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "three",
        "3 km",
        "50 %",
        "1/3",
        "1,234.5",
        "1.2.3",
        "12 34",
        "NaN",
        "inf",
        "1_000",
        "0x10",
        "1e1000",
        "1²",
    ],
)
def test_what_is_no_number_is_not_guessed_at(typed: str) -> None:
    assert read_number(typed) is None
