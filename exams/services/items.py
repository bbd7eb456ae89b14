"""Questions written from plain values, by import, by the API and by the demo data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

from django.db import transaction

from exams.errors import VersionFrozen
from exams.items import Item
from exams.models import Choice, ExamVersion, Pool, Question, Section

_SAME_ON_THE_ROW = [field.name for field in fields(Item) if field.name not in {"kind", "choices"}]


@transaction.atomic
def write_item(section: Section, item: Item, position: int, *, pool: Pool | None = None) -> Question:
    """The item as a new question at ``position``. Raises VersionFrozen where the section was published.

    What cannot be asked or marked is written all the same, since a draft may be unfinished: ``exams.items.check``
    says what is wrong, and publishing refuses it.
    """
    hold_draft(section.version_id)
    question = Question.objects.create(section=section, pool=pool, position=position, **_columns(item))
    _write_choices(question, item)
    return question


@transaction.atomic
def write_items(section: Section, items: Sequence[Item], position: int) -> list[Question]:
    """As ``write_item`` for many, from ``position`` on, in a few queries. Raises VersionFrozen."""
    hold_draft(section.version_id)
    places = enumerate(items, start=position)
    questions = [Question(section=section, position=place, **_columns(item)) for place, item in places]
    Question.objects.bulk_create(questions, batch_size=500)
    choices = (choice for question, item in zip(questions, items, strict=True) for choice in _choices(question, item))
    Choice.objects.bulk_create(choices, batch_size=2_000)
    return questions


@transaction.atomic
def rewrite_item(question: Question, item: Item) -> Question:
    """The question with everything the item says in place of what it held; it keeps its place and its uid."""
    hold_draft(question.section.version_id)
    for name, value in _columns(item).items():
        setattr(question, name, value)
    question.save()
    question.choices.all().delete()
    _write_choices(question, item)
    return question


def hold_draft(version_id: int) -> ExamVersion:
    """The version, which nobody else changes or publishes before this transaction ends. Raises VersionFrozen."""
    version = ExamVersion.objects.select_for_update().get(pk=version_id)
    if version.frozen:
        raise VersionFrozen
    return version


def _columns(item: Item) -> dict[str, object]:
    return {"kind": item.kind.value} | {name: getattr(item, name) for name in _SAME_ON_THE_ROW}


def _write_choices(question: Question, item: Item) -> None:
    Choice.objects.bulk_create(_choices(question, item))


def _choices(question: Question, item: Item) -> Iterator[Choice]:
    for position, choice in enumerate(item.choices, start=1):
        yield Choice(
            question=question,
            position=position,
            text=choice.text,
            correct=choice.correct,
            credit=choice.credit,
            match=choice.match,
            feedback=choice.feedback,
        )
