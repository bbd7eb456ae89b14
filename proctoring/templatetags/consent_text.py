"""Figures as a person would write them, for the consent text."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def figure(number: float) -> str:
    """2.0 as "2", 2.5 as "2.5"."""
    return f"{number:g}"


@register.filter
def percent(share: float) -> str:
    return f"{share * 100:g} %"


@register.filter
def days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
