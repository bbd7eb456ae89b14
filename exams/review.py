"""What a candidate may look at afterwards: each question with their own answer, the right one, points and words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html

from exams import paper, results, selectors
from exams.answers import Value, is_empty
from exams.item_of import trimmed
from exams.markdown import render, render_inline
from exams.models import Attempt, Choice, Mark, Question, Section
from exams.responses import response_of

RIGHT, PARTLY, WRONG = "right", "partly", "wrong"


@dataclass(frozen=True, slots=True)
class Line:
    """One option, pair or item; ``given``: the candidate's answer; ``worth``: "right", "partly" or "wrong".

    Strings that are HTML are marked safe; all others are texts, which templates escape.
    """

    html: str
    given: bool
    worth: str
    note: str = ""  # an option's feedback, or what would have been right


@dataclass(frozen=True, slots=True)
class Looked:
    """How one question went. ``text`` is what was typed; ``right`` are right answers that the lines do not show."""

    answered: bool
    lines: tuple[Line, ...] = ()
    text: str = ""
    right: tuple[str, ...] = ()
    right_in_order: bool = False


@dataclass(frozen=True, slots=True)
class Reviewed:
    number: int
    question: Question
    section: Section | None  # where a new one begins
    html: str
    mark: Mark | None
    points: str
    maximum: str
    looked: Looked
    feedback: str
    everyone: bool  # was given full points


def review(attempt: Attempt) -> list[Reviewed]:
    """In the order of the attempt's paper; five queries, however many questions."""
    questions = selectors.paper_of(attempt)
    answers = results.answers_that_count([attempt])
    marks = results.marks_of(attempt)
    everyone = results.everyone_has_full_points(attempt.version_id)
    found, section = [], None
    for number, question in enumerate(questions, start=1):
        answer, mark = answers.get((attempt.pk, question.pk)), marks.get(question.pk)
        found.append(
            Reviewed(
                number=number,
                question=question,
                section=question.section if question.section_id != section else None,
                html=render(question.text),
                mark=mark,
                points=shown(mark.points) if mark is not None and mark.points is not None else "",
                maximum=shown(question.points if mark is None else mark.maximum),
                looked=looked_at(attempt, question, answer.value if answer is not None else None),
                feedback=render(question.feedback) if question.feedback.strip() else "",
                everyone=question.pk in everyone,
            )
        )
        section = question.section_id
    return found


def shown(points: Decimal) -> str:
    return str(trimmed(points))


def looked_at(attempt: Attempt, question: Question, value: Value | None) -> Looked:
    given = value if value is not None and not is_empty(value) else None
    return _KINDS[Question.Kind(question.kind)](attempt, question, given)


def _choices(attempt: Attempt, question: Question, value: Value | None) -> Looked:
    chosen = response_of(question, value, attempt.seed) if value is not None else None
    place = {choice.pk: number for number, choice in enumerate(question.choices.all())}
    lines = []
    for choice in paper.options(attempt.seed, question, shuffle=attempt.exam.shuffle_options):
        given = isinstance(chosen, frozenset) and place[choice.pk] in chosen
        note = render_inline(choice.feedback) if given and choice.feedback.strip() else ""
        lines.append(Line(render_inline(choice.text), given=given, worth=_worth(choice), note=note))
    return Looked(answered=value is not None, lines=tuple(lines))


def _worth(choice: Choice) -> str:
    if choice.credit is None:
        return RIGHT if choice.correct else WRONG
    if choice.credit > 0:
        return RIGHT if choice.credit == 100 or choice.correct else PARTLY
    return WRONG


def _numeric(attempt: Attempt, question: Question, value: Value | None) -> Looked:
    right = ""
    if question.number is not None:
        right = shown(question.number)
        right += f" ± {shown(question.tolerance)}" if question.tolerance else ""
    return Looked(answered=value is not None, text=_typed(value), right=(right,) if right else ())


def _short_text(attempt: Attempt, question: Question, value: Value | None) -> Looked:
    full = [choice.text for choice in question.choices.all() if choice.credit is None or choice.credit == 100]
    return Looked(answered=value is not None, text=_typed(value), right=tuple(full))


def _essay(attempt: Attempt, question: Question, value: Value | None) -> Looked:
    return Looked(answered=value is not None, text=_typed(value))


def _typed(value: Value | None) -> str:
    return "" if value is None else str(next(iter(value.values())))


def _matching(attempt: Attempt, question: Question, value: Value | None) -> Looked:
    pairs: dict[str, str] = value["pairs"] if value is not None else {}
    named = {paper.key(attempt.seed, choice, "right"): choice for choice in question.choices.all()}
    lines = []
    for left in paper.left_side(attempt.seed, question, shuffle=attempt.exam.shuffle_options):
        taken = named.get(pairs.get(paper.key(attempt.seed, left, "left"), ""))
        fits = taken is not None and taken.match == left.match
        html = format_html("{} → {}", render_inline(left.text), render_inline(taken.match) if taken else "(no answer)")
        note = "" if fits else render_inline(left.match)
        lines.append(Line(html, given=taken is not None, worth=RIGHT if fits else WRONG, note=note))
    return Looked(answered=value is not None, lines=tuple(lines))


def _ordering(attempt: Attempt, question: Question, value: Value | None) -> Looked:
    """An item is right at its place, equal texts being one; the right order stands below unless all of them are."""
    right = list(question.choices.all())
    named = {paper.key(attempt.seed, choice): choice for choice in right}
    given = [named[key] for key in value["order"] if key in named] if value is not None else []
    lines = tuple(
        Line(render_inline(item.text), given=True, worth=RIGHT if item.text == meant.text else WRONG)
        for item, meant in zip(given, right, strict=False)
    )
    wrong = not lines or any(line.worth == WRONG for line in lines)
    order: Sequence[str] = [render_inline(choice.text) for choice in right] if wrong else ()
    return Looked(answered=value is not None, lines=lines, right=tuple(order), right_in_order=True)


_KINDS: dict[Question.Kind, Callable[[Attempt, Question, Value | None], Looked]] = {
    Question.Kind.SINGLE_CHOICE: _choices,
    Question.Kind.MULTIPLE_CHOICE: _choices,
    Question.Kind.NUMERIC: _numeric,
    Question.Kind.SHORT_TEXT: _short_text,
    Question.Kind.ESSAY: _essay,
    Question.Kind.MATCHING: _matching,
    Question.Kind.ORDERING: _ordering,
}
