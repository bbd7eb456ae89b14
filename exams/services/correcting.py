"""Correcting what counts as right in a question that was published: the one change such a question ever sees.

What candidates read stays as it was, so that every attempt still shows what it was asked. The key is changed in place,
past the guard of ``exams.frozen``, in every version of the exam whose question reads the same; before and after are
kept with who did it and why, and everything handed in is marked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from exams import results
from exams.errors import InvalidKey
from exams.item_of import item_of
from exams.items import Item, ItemChoice, Kind, check
from exams.models import Attempt, Choice, Exam, KeyCorrection, Question, User
from exams.services.marking import mark_again
from exams.services.record import record

# A matching question's answers name its rows: who chose "Paris" chose the row in which it stands. There, and for
# essays, the key stays, and everyone can be given full points.
CORRECTABLE = frozenset({Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE, Kind.NUMERIC, Kind.SHORT_TEXT, Kind.ORDERING})


def key_of(item: Item) -> dict[str, Any]:
    """What of an item says which answers are right, as it is kept in a correction."""
    choices = [
        {
            "text": choice.text,
            "match": choice.match,
            "correct": choice.correct,
            "credit": None if choice.credit is None else str(choice.credit),
        }
        for choice in item.choices
    ]
    number = None if item.number is None else str(item.number)
    return {
        "choices": choices,
        "number": number,
        "tolerance": str(item.tolerance),
        "case_sensitive": item.case_sensitive,
    }


@transaction.atomic
def correct_key(
    *, question: Question, corrected: Item, by: User, reason: str, everyone: bool = False
) -> list[KeyCorrection]:
    """``corrected`` is the question's item with another key; with ``everyone``, its full points go to everybody.

    One correction for each version it was made in. The choices of ``corrected`` stand in the order of the question's;
    those of an ordering question in their right order; a short text may have more at the end. Raises InvalidKey.
    """
    if not question.section.version.frozen:
        raise InvalidKey("This question is not published yet: change it where it is written.")
    exam = Exam.objects.select_for_update().get(pk=question.section.version.exam_id)
    item = item_of(question)
    _check(item, corrected, reason)
    before, after = key_of(item), key_of(corrected)
    was_everyone = question.pk in results.everyone_has_full_points(question.section.version_id)
    if before == after and everyone == was_everyone:
        raise InvalidKey("Nothing was changed.")
    now = timezone.now()
    made = []
    for same in same_questions(exam, question, item):
        _write_key(same, corrected)
        if same.section.version.frozen:
            made.append(
                KeyCorrection.objects.create(
                    question=same, by=by, at=now, reason=reason, before=before, after=after, everyone=everyone
                )
            )
    for correction in made:
        attempts = Attempt.objects.filter(version__sections=correction.question.section_id)
        only = frozenset({correction.question_id})
        correction.marks_changed = mark_again(attempts, only=only, correction=correction)
        correction.save(update_fields=["marks_changed"])
    record(exam, by, f"Corrected the key of the question “{question.name or question.text[:60]}”. Reason: {reason}")
    return made


def _check(item: Item, corrected: Item, reason: str) -> None:
    if not reason.strip():
        raise InvalidKey("Say why the key is corrected: candidates may ask.", field="reason")
    if item.kind not in CORRECTABLE and key_of(item) != key_of(corrected):
        raise InvalidKey("The key of such a question cannot be changed; everyone can be given its full points.")
    if list(_read_by_candidates(item)) != list(_read_by_candidates(corrected)):
        raise InvalidKey("Only the key can be corrected: what candidates were asked stays as it was.")
    kept = [choice.text for choice in item.choices]
    if item.kind == Kind.SHORT_TEXT and kept != [choice.text for choice in corrected.choices[: len(kept)]]:
        raise InvalidKey("Accepted answers stay in the list. Give one a credit of 0 if it is wrong.", field="choices")
    for problem in check(corrected):
        raise InvalidKey(problem.message, field=problem.field)


def _read_by_candidates(item: Item) -> Iterator[object]:
    """Without the order of an ordering question, which is its key."""
    yield from (item.kind, item.text, item.points)
    if item.kind == Kind.ORDERING:
        yield sorted(choice.text for choice in item.choices)
    elif item.kind != Kind.SHORT_TEXT:
        yield [(choice.text, choice.match) for choice in item.choices]


def same_questions(exam: Exam, question: Question, item: Item) -> list[Question]:
    """The question itself, and those of other versions that read the same and have the same key: a copy."""
    copies = Question.objects.filter(uid=question.uid, section__version__exam=exam).select_related("section__version")
    return [
        copy
        for copy in copies.prefetch_related("choices")
        if copy.pk == question.pk or _everything(item_of(copy)) == _everything(item)
    ]


def _everything(item: Item) -> tuple[list[object], dict[str, Any]]:
    return list(_read_by_candidates(item)), key_of(item)


def _write_key(question: Question, corrected: Item) -> None:
    """By queries instead of ``save()``, which is refused for published questions."""
    Question.objects.filter(pk=question.pk).update(
        number=corrected.number, tolerance=corrected.tolerance, case_sensitive=corrected.case_sensitive
    )
    rows = list(question.choices.all())
    if question.kind == Question.Kind.ORDERING:
        rows = _in_order(rows, corrected.choices)
    for place, choice in enumerate(corrected.choices, start=1):
        if place > len(rows):
            Choice.objects.create(
                question=question, position=place, text=choice.text, correct=choice.correct, credit=choice.credit
            )
            continue
        Choice.objects.filter(pk=rows[place - 1].pk).update(
            correct=choice.correct,
            credit=choice.credit,
            **({"position": place} if question.kind == Question.Kind.ORDERING else {}),
        )


def _in_order(rows: list[Choice], choices: tuple[ItemChoice, ...]) -> list[Choice]:
    left = list(rows)
    return [left.pop(next(place for place, row in enumerate(left) if row.text == choice.text)) for choice in choices]
