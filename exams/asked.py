"""The questions of a published version as candidates are asked them, read from the database once a process.

A thousand people who begin together and save twenty times a minute all need the same few rows, and those never change:
what candidates read is frozen with the version (``exams.frozen``). A corrected key does change, so the rows come
without what says which answers are right; whoever marks or reviews asks ``exams.selectors``.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.db.models import Prefetch, QuerySet

from exams import paper
from exams.models import Attempt, Choice, ExamVersion, Question

VERSIONS = 64  # that are kept; one of 100 questions is about half a MiB
KEY_OF_QUESTION = ("number", "tolerance", "case_sensitive", "guidance", "feedback")
KEY_OF_CHOICE = ("correct", "credit", "feedback")


def in_order(version_id: int) -> QuerySet[Question]:
    questions = Question.objects.filter(section__version=version_id).select_related("section", "pool")
    return questions.order_by("section__position", "section", "position", "pk")


def asked_in(version: ExamVersion) -> tuple[Question, ...]:
    """All of the version's questions in order, with ``section``, ``pool`` and ``choices``. Shared: change none."""
    if version.frozen_at is None:
        return _read(version.pk)
    return _kept(version.pk, version.frozen_at)


def paper_for(attempt: Attempt) -> list[Question]:
    """The questions this attempt is asked, in its order, to be shown to its candidate."""
    return paper.draw(attempt.seed, asked_in(attempt.version), shuffle=attempt.exam.shuffle_questions)


def question_for(attempt: Attempt, question_id: int) -> Question | None:
    """The question, where this attempt's paper has it: of a pool, only what was drawn."""
    questions = asked_in(attempt.version)
    found = next((question for question in questions if question.pk == question_id), None)
    if found is None or found.pool is None:
        return found
    members = [question.pk for question in questions if question.pool_id == found.pool_id]
    return found if found.pk in paper.drawn_from(attempt.seed, found.pool, members) else None


@lru_cache(maxsize=VERSIONS)
def _kept(version_id: int, frozen_at: datetime) -> tuple[Question, ...]:
    """A version that was taken back to draft, as nobody had begun it, is published again with another time."""
    return _read(version_id)


def _read(version_id: int) -> tuple[Question, ...]:
    choices = Choice.objects.defer(*KEY_OF_CHOICE)
    return tuple(in_order(version_id).defer(*KEY_OF_QUESTION).prefetch_related(Prefetch("choices", choices)))


forget = _kept.cache_clear  # for tests, which write into what is published
