"""A moment as forms ask for it: in the browser's own field, said again in words beside it, with the time zone.

How a browser shows dates depends on its language, and 03/04 is March to some and April to others; words are not. Django
and Unfold have two fields of text with icons of their own, and warn with red triangles where the clocks of browser and
server differ.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.forms.widgets import Script
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from unfold.widgets import DATETIME_CLASSES

AS_BROWSERS_SEND = "%Y-%m-%dT%H:%M"
IN_WORDS = "l j F Y, H:i"  # static/js/authoring/moments.js says the same of what is typed


class MomentInput(forms.DateTimeInput):
    """The time zone is the one the form's answer is read in: the active one."""

    input_type = "datetime-local"
    template_name = "exams_admin/widgets/moment.html"

    class Media:
        js = (Script("js/authoring/moments.js", type="module"),)

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"class": " ".join(DATETIME_CLASSES), **(attrs or {})}, format=AS_BROWSERS_SEND)

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, datetime) and value.second:
            return value.strftime(f"{AS_BROWSERS_SEND}:%S")
        return super().format_value(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["words"] = _words(value)
        context["zone"] = timezone.get_current_timezone_name()
        if identifier := context["widget"]["attrs"].get("id"):
            described = (context["widget"]["attrs"].get("aria-describedby"), f"{identifier}_words")
            context["widget"]["attrs"]["aria-describedby"] = " ".join(part for part in described if part)
        return context


def _words(value: Any) -> str:
    """``value`` is a moment, what somebody sent, or nothing."""
    if isinstance(value, str):
        try:
            value = parse_datetime(value)
        except ValueError:
            value = None
    return date_format(value, IN_WORDS) if isinstance(value, datetime) else ""
