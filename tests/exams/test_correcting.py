"""A key that was wrong is put right: recorded, everything marked again, and nothing candidates read is touched."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from exams import services
from exams.errors import InvalidKey
from exams.item_of import item_of
from exams.items import Item, ItemChoice
from exams.models import KeyCorrection, Mark, MarkChange, Question
from exams.services import correcting, grading
from tests import factories
from tests.exams import marked
from tests.exams.marked import RIGHT, handed_in, points

pytestmark = pytest.mark.django_db


def correct(question: Question, reason: str = "A misprint.", everyone: bool = False, **key: Any) -> KeyCorrection:
    item = replace(item_of(question), **key)
    author = factories.user(role="author", at=question.exam.institution)
    return correcting.correct_key(question=question, corrected=item, by=author, reason=reason, everyone=everyone)[0]


def options(item: Item, **credits: object) -> tuple[ItemChoice, ...]:
    """The item's choices with other credits, by text (``_21`` for "21"); True for the right one."""
    wanted = {name.lstrip("_"): value for name, value in credits.items()}
    return tuple(
        replace(
            choice,
            correct=wanted[choice.text] is True,
            credit=None if isinstance(wanted[choice.text], bool) else Decimal(str(wanted[choice.text])),
        )
        for choice in item.choices
    )


def test_all_attempts_are_marked_by_the_new_key_and_the_old_one_is_kept() -> None:
    exam = marked.exam()
    right, wrong = handed_in(exam, RIGHT), handed_in(exam, {**RIGHT, "prime": "21"})
    done = correct(marked.question(exam, "prime"), choices=options(marked.PRIME, _21=True, _23=False, _25=False))
    assert [points(attempt)["prime"] for attempt in (right, wrong)] == [Decimal("-0.5"), 2]
    right.refresh_from_db()
    assert right.score == Decimal("10.5")
    assert done.marks_changed == 2
    assert [choice["correct"] for choice in done.before["choices"]] == [False, True, False]
    assert [choice["correct"] for choice in done.after["choices"]] == [True, False, False]
    changes = MarkChange.objects.filter(correction=done)
    assert sorted((change.before, change.after) for change in changes) == [(Decimal("-0.5"), 2), (2, Decimal("-0.5"))]
    assert all(change.by is None for change in changes)


def test_a_second_option_may_be_right_too() -> None:
    exam = marked.exam()
    attempt = handed_in(exam, {"prime": "25"})
    correct(marked.question(exam, "prime"), choices=options(marked.PRIME, _21=False, _23=True, _25=100))
    assert points(attempt)["prime"] == 2


@pytest.mark.parametrize(
    ("name", "said", "key", "earned"),
    [
        ("pi", "3.2", {"tolerance": Decimal("0.1")}, 1),
        ("capital", "Ciudad de los Reyes", {"choices": (ItemChoice("Lima"), ItemChoice("Ciudad de los Reyes"))}, 1),
        ("order", ["3rd", "2nd", "1st"], {"choices": tuple(map(ItemChoice, ("3rd", "2nd", "1st")))}, 3),
    ],
)
def test_other_kinds_of_key(name: str, said: Any, key: dict[str, Any], earned: int) -> None:
    exam = marked.exam()
    attempt = handed_in(exam, {name: said})
    correct(marked.question(exam, name), **key)
    assert points(attempt)[name] == earned
    assert points(handed_in(exam, {name: said}))[name] == earned


def test_everyone_gets_full_points_also_who_answered_nothing_and_whoever_hands_in_later() -> None:
    exam = marked.exam()
    silent = handed_in(exam, {})
    correct(marked.question(exam, "pairs"), everyone=True)
    assert points(silent)["pairs"] == 2
    assert points(handed_in(exam, {}))["pairs"] == 2


def test_taking_that_back_brings_the_marks_back_that_people_had_given() -> None:
    exam = marked.exam()
    attempt, other = handed_in(exam, RIGHT), handed_in(exam, RIGHT)
    marker = factories.user(role="reviewer", at=exam.institution)
    grading.give_mark(by=marker, mark=marked.mark(attempt, "essay"), points=Decimal("3.5"))
    for _ in range(2):
        correct(marked.question(exam, "essay"), everyone=True)
        assert [points(each)["essay"] for each in (attempt, other)] == [5, 5]
        correct(marked.question(exam, "essay"), everyone=False)
        assert [points(each)["essay"] for each in (attempt, other)] == [Decimal("3.5"), None]
        assert marked.mark(attempt, "essay").by == marker


def test_a_mark_that_a_person_gave_stays() -> None:
    exam = marked.exam()
    attempt = handed_in(exam, {"pi": "3.2"})
    marker = factories.user(role="reviewer", at=exam.institution)
    grading.give_mark(by=marker, mark=marked.mark(attempt, "pi"), points=Decimal("0.75"))
    correct(marked.question(exam, "pi"), tolerance=Decimal(1))
    assert points(attempt)["pi"] == Decimal("0.75")


def test_versions_that_read_the_same_are_corrected_together_the_draft_too() -> None:
    exam = marked.exam()
    first = marked.question(exam, "pi")
    services.freeze(services.draft_of(exam))
    draft = services.draft_of(exam)
    second, third = Question.objects.filter(uid=first.uid).exclude(pk=first.pk).order_by("pk")
    attempts = [handed_in(exam, {"pi": "3.2"}, version=each.section.version) for each in (first, second)]
    correct(first, number=Decimal("3.2"))
    assert third.section.version == draft
    assert set(Question.objects.filter(uid=first.uid).values_list("number", flat=True)) == {Decimal("3.2")}
    assert [points(attempt)["pi"] for attempt in attempts] == [1, 1]
    assert set(KeyCorrection.objects.values_list("question", flat=True)) == {first.pk, second.pk}


def test_a_version_that_reads_otherwise_is_left_alone() -> None:
    exam = marked.exam()
    first = marked.question(exam, "pi")
    services.draft_of(exam)
    other = Question.objects.filter(uid=first.uid).latest("pk")
    Question.objects.filter(pk=other.pk).update(text="Pi to three decimals?")
    correct(first, number=Decimal("3.2"))
    other.refresh_from_db()
    assert other.number == Decimal("3.14")


@pytest.mark.parametrize(
    ("name", "fields", "what"),
    [
        ("prime", {"reason": " "}, "Say why"),
        ("prime", {}, "Nothing was changed"),
        ("prime", {"text": "Which is not?"}, "what candidates were asked"),
        ("prime", {"points": Decimal(9)}, "what candidates were asked"),
        ("prime", {"choices": marked.PRIME.choices[:2]}, "what candidates were asked"),
        ("prime", {"choices": options(marked.PRIME, _21=False, _23=False, _25=False)}, "exactly one right"),
        ("capital", {"choices": (ItemChoice("Quito"),)}, "stay in the list"),
        ("order", {"choices": marked.ORDER.choices[:2]}, "what candidates were asked"),
        ("pairs", {"choices": marked.PAIRS.choices[::-1]}, "cannot be changed; everyone"),
        ("pi", {"number": None}, "needs the right number"),
    ],
)
def test_what_is_no_correction_is_refused(name: str, fields: dict[str, Any], what: str) -> None:
    exam = marked.exam()
    before = list(Question.objects.values())
    with pytest.raises(InvalidKey, match=what):
        correct(marked.question(exam, name), **fields)
    assert list(Question.objects.values()) == before
    assert not KeyCorrection.objects.exists()


def test_a_draft_is_changed_where_it_is_written() -> None:
    exam = marked.exam()
    services.draft_of(exam)
    with pytest.raises(InvalidKey, match="not published"):
        correct(Question.objects.filter(name="pi").latest("pk"), number=Decimal(3))


def test_the_correction_stands_in_the_exams_history() -> None:
    exam = marked.exam()
    done = correct(marked.question(exam, "pi"), number=Decimal(3), reason="In Indiana.")
    entry = LogEntry.objects.get(object_id=str(exam.pk))
    assert entry.user == done.by
    assert "In Indiana." in entry.change_message


def test_running_attempts_are_marked_by_the_new_key_when_they_are_handed_in() -> None:
    exam = marked.exam()
    attempt = marked.sitting(exam, {"pi": "3.2"})
    correct(marked.question(exam, "pi"), number=Decimal("3.2"))
    assert not Mark.objects.exists()
    services.submit_attempt(attempt=attempt)
    assert points(attempt)["pi"] == 1
