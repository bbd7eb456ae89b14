"""Sections, pools, questions and choices copied from one version into another: a few queries, however many rows."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import models

from exams.models import Choice, ExamVersion, Pool, Question, Section

Row = TypeVar("Row", bound=models.Model)


def copy_questions(source: ExamVersion, target: ExamVersion, *, same_uids: bool = True) -> None:
    """``target`` is a draft without sections. Questions keep their uid, by which versions of one exam are compared;
    in another exam they get new ones."""
    sections = _copy(Section, source.sections.all(), lambda section: {"version": target})
    pools = _copy(
        Pool, Pool.objects.filter(section__version=source), lambda pool: {"section": sections[pool.section_id]}
    )
    questions = _copy(
        Question,
        Question.objects.filter(section__version=source),
        lambda question: {
            "section": sections[question.section_id],
            "pool": None if question.pool_id is None else pools[question.pool_id],
            "uid": question.uid if same_uids else uuid.uuid4(),
        },
    )
    _copy(
        Choice,
        Choice.objects.filter(question__section__version=source),
        lambda choice: {"question": questions[choice.question_id]},
    )


def _copy(model: type[Row], rows: Iterable[Row], changed: Callable[[Row], dict[str, Any]]) -> dict[int, Row]:
    """New rows by the number of the one they are a copy of; ``changed`` says what differs."""
    originals = list(rows)
    copies = [model(**(columns(row) | changed(row))) for row in originals]
    model._default_manager.bulk_create(copies)
    return {original.pk: copy for original, copy in zip(originals, copies, strict=True)}


def columns(row: models.Model) -> dict[str, Any]:
    """Everything the row holds itself, without its key and without what it points to."""
    return {
        field.name: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and not field.is_relation
    }
