"""What marks the answers of a published version: its questions as items, read once a process while no key is corrected.

A thousand attempts that end together are marked by the same few rows. Those only ever change by a correction
(``services.correcting``), so the newest correction is part of the name under which they are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from exams import selectors
from exams.item_of import item_of
from exams.items import Item
from exams.models import ExamVersion, KeyCorrection, Question

VERSIONS = 64  # that are kept


@dataclass(frozen=True)
class VersionKey:
    """Shared by whoever marks: change nothing in it."""

    questions: tuple[Question, ...]  # in order, with their choices
    items: Mapping[int, Item]
    everyone: frozenset[int]  # questions for which everyone has full points


def key_of(version: ExamVersion) -> VersionKey:
    """One query, unless this process has not marked by this key before."""
    corrections = KeyCorrection.objects.filter(question__section__version=version).order_by("at", "pk")
    made = list(corrections.values_list("pk", "at", "question", "everyone"))
    newest = {question: everyone for _, _, question, everyone in made}
    # With the moment, as the number of a correction that was rolled back is given again.
    state = made[-1][:2] if made else None
    questions, items = _kept(version.pk, version.frozen_at, state) if version.frozen_at else _read(version.pk)
    return VersionKey(questions, items, frozenset(question for question, full in newest.items() if full))


@lru_cache(maxsize=VERSIONS)
def _kept(
    version_id: int, frozen_at: datetime, state: tuple[int, datetime] | None
) -> tuple[tuple[Question, ...], Mapping[int, Item]]:
    return _read(version_id)


def _read(version_id: int) -> tuple[tuple[Question, ...], Mapping[int, Item]]:
    questions = tuple(selectors.questions_of(ExamVersion(pk=version_id)))
    return questions, {question.pk: item_of(question) for question in questions}


forget = _kept.cache_clear  # for tests, which write into what is published
