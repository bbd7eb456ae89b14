"""What the API says about an attempt. Nothing here tells which answer is right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from exams import asked, paper, receipts, selectors, timing
from exams.answers import LONGEST_ESSAY, LONGEST_SHORT_TEXT, for_browser
from exams.api.time import break_payload
from exams.api.time import milliseconds as milliseconds
from exams.item_of import trimmed
from exams.markdown import render, render_inline
from exams.models import Answer, Attempt, Question, Section
from exams.numbers import LONGEST_NUMBER

Payload = dict[str, Any]
_DOLLARS = re.compile(r"(?<!\\)\$+")  # around formulas


def paper_payload(questions: Sequence[Question], *, seed: str, shuffle: bool) -> Payload:
    """Sections and questions as one attempt sees them: ``asked.paper_for``, or a preview's."""
    sections = {question.section_id: question.section for question in questions}
    return {
        "sections": [section_payload(section) for section in sections.values()],
        "questions": [question_payload(question, seed=seed, shuffle=shuffle) for question in questions],
    }


def section_payload(section: Section) -> Payload:
    return {"id": section.pk, "title": section.title, "html": render(section.text) if section.text.strip() else ""}


def question_payload(question: Question, *, seed: str, shuffle: bool) -> Payload:
    """``shuffle``: whether the exam mixes options. Texts come as HTML that is safe to show."""
    common = {
        "id": question.pk,
        "section": question.section_id,
        "kind": question.kind,
        "html": render(question.text),
        "points": str(trimmed(question.points)),
        "penalty": str(trimmed(question.penalty)),
    }
    return common | _KINDS[Question.Kind(question.kind)](question, seed, shuffle)


def label(text: str) -> Payload:
    """``name`` is what a screen reader says for a control with formulas: read flat, a power would be a product."""
    html = render_inline(text)
    return {"html": html, "name": _DOLLARS.sub("", text) if "<math" in html else ""}


def _choices(question: Question, seed: str, shuffle: bool) -> Payload:
    options = paper.options(seed, question, shuffle=shuffle)
    return {"choices": [{"id": paper.key(seed, each), **label(each.text)} for each in options]}


def _items(question: Question, seed: str, shuffle: bool) -> Payload:
    options = paper.options(seed, question, shuffle=shuffle)
    return {"items": [{"key": paper.key(seed, each), **label(each.text)} for each in options]}


def _sides(question: Question, seed: str, shuffle: bool) -> Payload:
    left, right = paper.left_side(seed, question, shuffle=shuffle), paper.matches(seed, question)
    return {
        "left": [{"key": paper.key(seed, each, "left"), **label(each.text)} for each in left],
        "right": [{"key": paper.key(seed, each, "right"), **label(each.match)} for each in right],
    }


def _text_up_to(longest: int) -> Callable[[Question, str, bool], Payload]:
    return lambda question, seed, shuffle: {"max_length": longest}


_KINDS: dict[Question.Kind, Callable[[Question, str, bool], Payload]] = {
    Question.Kind.SINGLE_CHOICE: _choices,
    Question.Kind.MULTIPLE_CHOICE: _choices,
    Question.Kind.NUMERIC: _text_up_to(LONGEST_NUMBER),
    Question.Kind.SHORT_TEXT: _text_up_to(LONGEST_SHORT_TEXT),
    Question.Kind.ESSAY: _text_up_to(LONGEST_ESSAY),
    Question.Kind.MATCHING: _sides,
    Question.Kind.ORDERING: _items,
}


def answer_payload(answer: Answer) -> Payload:
    return {
        "question": answer.question_id,
        "revision": answer.revision,
        "saved_at_ms": milliseconds(answer.saved_at),
        "late": answer.late,
    }


def answers_payload(attempt: Attempt, questions: Iterable[Question]) -> Payload:
    """The newest answer to each question, in the words of this attempt's page."""
    current, found = selectors.current_answers(attempt), {}
    for question in questions:
        answer = current.get(question.pk)
        if answer is not None:
            value = for_browser(question=question, value=answer.value, seed=attempt.seed)
            found[str(question.pk)] = answer_payload(answer) | {"value": value}
    return found


def attempt_payload(attempt: Attempt) -> Payload:
    """Questions and answers are there while the attempt runs: not before it was started, not during a break, not after
    it was handed in."""
    now = timezone.now()
    breaks = timing.break_time(attempt, now)
    running = attempt.state == Attempt.State.RUNNING and attempt.started_at is not None and breaks.open is None
    questions = asked.paper_for(attempt) if running else []
    return {
        "id": str(attempt.pk),
        "exam": attempt.exam.title,
        "number": attempt.number,
        "state": attempt.state,
        "started_at_ms": milliseconds(attempt.started_at),
        "deadline_ms": milliseconds(attempt.deadline),
        "submitted_at_ms": milliseconds(attempt.submitted_at),
        "receipt": asdict(receipt) if (receipt := receipts.receipt_of(attempt)) is not None else None,
        "server_time_ms": milliseconds(now),
        "break": break_payload(breaks),
        **paper_payload(questions, seed=attempt.seed, shuffle=attempt.exam.shuffle_options),
        "answers": answers_payload(attempt, questions) if running else {},
    }
