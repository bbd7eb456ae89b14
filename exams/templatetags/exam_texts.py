"""Texts of exams in templates: Markdown as safe HTML, points without needless zeros."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django import template
from django.utils.safestring import SafeString

from exams.item_of import trimmed as without_zeros
from exams.markdown import render, render_inline
from exams.timing import in_words

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    return render(text)


@register.filter
def markdown_inline(text: str) -> SafeString:
    return render_inline(text)


@register.filter
def trimmed(number: Decimal) -> Decimal:
    return without_zeros(number)


@register.filter
def minutes(seconds: float) -> str:
    return in_words(timedelta(seconds=float(seconds)))
