"""Answers and keys in words, for people who look at marks."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from exams.item_of import trimmed
from exams.markdown import render_inline
from exams.models import Choice, Question
from exams.responses import response_of

Lines = list[SafeString]


def said(question: Question, value: dict[str, object], seed: str) -> Lines:
    """What was answered, a line for each part; empty for no answer. ``question.choices`` may be prefetched.

    Texts that candidates wrote stay as they are; what authors wrote is Markdown.
    """
    response = response_of(question, value, seed)
    choices = list(question.choices.all())
    if response is None:
        return []
    if isinstance(response, str):
        return [format_html('<span class="mk-said" dir="auto">{}</span>', response)]
    if isinstance(response, frozenset):
        return [render_inline(choices[place].text) for place in sorted(response)]
    if isinstance(response, tuple):
        return [render_inline(choices[place].text) for place in response]
    return [_pair(choices[left].text, choices[right].match) for left, right in sorted(response.items())]


def key_in_words(question: Question) -> Lines:
    """The right answer; empty for an essay."""
    choices = list(question.choices.all())
    if question.kind == Question.Kind.NUMERIC:
        tolerance = f" ± {trimmed(question.tolerance)}" if question.tolerance else ""
        return [] if question.number is None else [format_html("{}{}", trimmed(question.number), tolerance)]
    if question.kind == Question.Kind.SHORT_TEXT:
        return [format_html("{}{}", choice.text, _credit(choice)) for choice in choices]
    if question.kind == Question.Kind.MATCHING:
        return [_pair(choice.text, choice.match) for choice in choices if choice.text.strip()]
    if question.kind == Question.Kind.ORDERING:
        return [render_inline(choice.text) for choice in choices]
    right = [choice for choice in choices if (choice.correct if choice.credit is None else choice.credit > 0)]
    return [format_html("{}{}", render_inline(choice.text), _credit(choice)) for choice in right]


def _pair(left: str, right: str) -> SafeString:
    return format_html("{} → {}", render_inline(left), render_inline(right))


def _credit(choice: Choice) -> str:
    return "" if choice.credit in (None, 100) else f" ({trimmed(choice.credit)} %)"
