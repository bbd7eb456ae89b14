"""Which questions an attempt gets, and in what order."""

from __future__ import annotations

import pytest

from exams import paper
from exams.models import Choice, Exam, Pool, Question, Section
from tests import factories

pytestmark = pytest.mark.django_db


def exam_with_pool(*, size: int = 6, draw: int = 2) -> Exam:
    exam = factories.exam()
    section = factories.section(exam)
    pool = Pool.objects.create(section=section, name="Proofs", draw=draw)
    for number in range(size):
        Question.objects.create(section=section, pool=pool, position=10 + number, kind="essay", text=f"Proof {number}")
    return exam


def drawn(exam: Exam, seed: str, *, shuffle: bool = False) -> list[Question]:
    questions = factories.questions(exam).select_related("section", "pool").order_by("position")
    return paper.draw(seed, questions, shuffle=shuffle)


def test_of_a_pool_as_many_are_drawn_as_it_says_and_the_same_again() -> None:
    exam = exam_with_pool()
    first = drawn(exam, "a")
    assert [question.pool_id is not None for question in first] == [False, False, True, True]
    assert drawn(exam, "a") == first


def test_every_question_of_a_pool_is_drawn_for_somebody() -> None:
    exam = exam_with_pool()
    assert {question.text for seed in range(40) for question in drawn(exam, str(seed))[2:]} == {
        f"Proof {number}" for number in range(6)
    }


def test_a_pool_smaller_than_its_draw_gives_all_it_has() -> None:
    assert len(drawn(exam_with_pool(size=1, draw=3), "a")) == 3


def test_shuffling_keeps_sections_apart() -> None:
    exam = factories.exam(questions=False)
    for position in (1, 2):
        section, _ = Section.objects.get_or_create(version=exam.versions.get(), position=position)
        for number in range(5):
            Question.objects.create(section=section, position=number, kind="essay", text="?")
    orders = {tuple(question.pk for question in drawn(exam, str(seed), shuffle=True)) for seed in range(10)}
    assert len(orders) == 10
    for order in orders:
        sections = [Question.objects.get(pk=pk).section.position for pk in order]
        assert sections == sorted(sections)


def test_options_are_shuffled_only_where_both_exam_and_question_allow() -> None:
    question = factories.choice_question(factories.exam(questions=False))
    plain = list(question.choices.all())
    orders = [paper.options(str(seed), question, shuffle=True) for seed in range(20)]
    assert any(order != plain for order in orders)
    assert paper.options("a", question, shuffle=False) == plain
    question.shuffle = False
    assert all(paper.options(str(seed), question, shuffle=True) == plain for seed in range(20))


def test_keys_do_not_follow_the_right_order() -> None:
    section = factories.section(factories.exam(questions=False))
    question = Question.objects.create(section=section, kind="ordering", text="Sort")
    items = [Choice.objects.create(question=question, position=n, text=str(n)) for n in range(8)]
    keys = [paper.key("a", item) for item in items]
    assert len(set(keys)) == 8
    assert keys != sorted(keys)
    assert paper.key("b", items[0]) != keys[0]
    assert paper.options("a", question, shuffle=False) != items


def test_equal_matches_are_one_answer() -> None:
    section = factories.section(factories.exam(questions=False))
    question = Question.objects.create(section=section, kind="matching", text="Match")
    for number, (text, match) in enumerate([("2", "prime"), ("3", "prime"), ("4", "composite"), ("", "neither")]):
        Choice.objects.create(question=question, position=number, text=text, match=match)
    assert sorted(choice.match for choice in paper.matches("a", question)) == ["composite", "neither", "prime"]
