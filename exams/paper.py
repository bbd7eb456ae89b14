"""What one attempt is asked: which questions are drawn, and every order, all from the seed stored with the attempt.

Orders come from SHA-256 of the seed and a row's key, so they are the same in every process and every version of Python.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from exams.models import Choice, Pool, Question

KEY_LENGTH = 12  # hexadecimal digits: 48 bits tell the options of one question apart


def rank(seed: str, *parts: object) -> str:
    return hashlib.sha256(":".join([seed, *map(str, parts)]).encode()).hexdigest()


def draw(seed: str, questions: Iterable[Question], *, shuffle: bool) -> list[Question]:
    """Of all questions of a version, in order, with ``section`` and ``pool``: those of this attempt, in its order.

    Sections keep their order. Of a pool as many are drawn as it says, all of them where it has fewer.
    """
    by_pool: dict[int, list[Question]] = {}
    for question in (all_of_them := list(questions)):
        if question.pool_id is not None:
            by_pool.setdefault(question.pool_id, []).append(question)
    drawn: set[int] = set()
    for members in by_pool.values():
        pool = members[0].pool
        assert pool is not None
        drawn |= drawn_from(seed, pool, [question.pk for question in members])
    mine = [question for question in all_of_them if question.pool_id is None or question.pk in drawn]
    if shuffle:
        mine.sort(key=lambda q: (q.section.position, q.section_id, rank(seed, "question", q.pk)))
    return mine


def drawn_from(seed: str, pool: Pool, members: Iterable[int]) -> set[int]:
    """Which of the pool's questions this attempt gets."""
    return set(sorted(members, key=lambda number: rank(seed, "draw", number))[: pool.draw])


def options(seed: str, question: Question, *, shuffle: bool) -> list[Choice]:
    """The question's choices as this attempt sees them; those of an ordering question are always mixed."""
    choices: Sequence[Choice] = list(question.choices.all())
    if question.kind == Question.Kind.ORDERING or (shuffle and question.shuffle):
        return sorted(choices, key=lambda choice: rank(seed, "option", choice.pk))
    return list(choices)


def left_side(seed: str, question: Question, *, shuffle: bool) -> list[Choice]:
    """What a matching question asks to be matched; a choice without a text only stands on the right."""
    return [choice for choice in options(seed, question, shuffle=shuffle) if choice.text.strip()]


def matches(seed: str, question: Question) -> list[Choice]:
    """The right-hand side of a matching question, always mixed; equal texts are one answer."""
    found: dict[str, Choice] = {}
    for choice in question.choices.all():
        found.setdefault(choice.match, choice)
    return sorted(found.values(), key=lambda choice: rank(seed, "match", choice.pk))


def key(seed: str, choice: Choice, side: str = "") -> str:
    """What the browser calls an option whose number would tell the right answer; ``side`` is "left" or "right"."""
    return rank(seed, "key", side, choice.pk)[:KEY_LENGTH]
