"""A moment as forms ask for it: in the browser's own field, said again in words beside it, with the time zone.

How a browser shows dates depends on its language, and 03/04 is March to some and April to others; words are not. Django
and Unfold have two fields of text with icons of their own, and warn with red triangles where the clocks of browser and
server differ.

In the night in which the clocks are set back an hour comes twice, and the browser's field cannot tell the two apart. A
second field asks which is meant, where it matters, and what is read of both is one: 2026-10-25T02:30+02:00.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from unfold.widgets import DATETIME_CLASSES, SELECT_CLASSES

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
        if isinstance(value, str) and (sent := _parsed(value)) is not None and sent.tzinfo is not None:
            value = sent.replace(tzinfo=None)
        if isinstance(value, datetime) and value.second:
            return value.strftime(f"{AS_BROWSERS_SEND}:%S")
        return super().format_value(value)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        value, which = super().value_from_datadict(data, files, name), data.get(_which(name))
        sent = _parsed(value) if isinstance(value, str) else None
        return f"{value}{which}" if sent is not None and which in offsets(sent) else value

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        moment = _parsed(value) if isinstance(value, str) else value
        if not isinstance(moment, datetime):
            moment = None
        context["words"] = date_format(moment, IN_WORDS) if moment is not None else ""
        context["zone"] = timezone.get_current_timezone_name()
        context["twice"] = _twice(moment, sent=isinstance(value, str)) if moment is not None else []
        context["which"], context["select_classes"] = _which(name), " ".join(SELECT_CLASSES)
        if identifier := context["widget"]["attrs"].get("id"):
            described = (context["widget"]["attrs"].get("aria-describedby"), f"{identifier}_words")
            context["widget"]["attrs"]["aria-describedby"] = " ".join(part for part in described if part)
        return context


class MomentField(forms.DateTimeField):
    """Says of an hour that comes twice, or not at all, what is wrong with it and what to do."""

    widget = MomentInput

    def to_python(self, value: Any) -> datetime | None:
        try:
            return super().to_python(value)
        except ValidationError as error:
            if error.code != "ambiguous_timezone" or error.params is None:
                raise
            raise ValidationError(_refused(error.params["datetime"]), code=error.code) from error


def offsets(moment: datetime) -> list[str]:
    """Of a time without a zone that comes twice in the active one: “+02:00” for the first, “+01:00” for the second."""
    zone = timezone.get_current_timezone()
    first, second = _offset(moment, zone, fold=0), _offset(moment, zone, fold=1)
    return [_written(first), _written(second)] if moment.tzinfo is None and first > second else []


def _which(name: str) -> str:
    return f"{name}_which"


def _twice(moment: datetime, *, sent: bool) -> list[dict[str, Any]]:
    """What there is to choose from, and which is chosen: what is stored knows, what was sent by its offset only."""
    both = offsets(moment.replace(tzinfo=None))
    if not both:
        return []
    offset = moment.utcoffset()
    chosen = _written(offset) if offset is not None else "" if sent else both[moment.fold]
    labels = (f"The first, UTC{both[0]}", f"The second, after the change, UTC{both[1]}")
    return [
        {"value": value, "label": label, "chosen": value == chosen} for value, label in zip(both, labels, strict=True)
    ]


def _refused(moment: datetime) -> str:
    day, hour = date_format(moment, "j F Y"), date_format(moment, "H:i")
    if offsets(moment):
        return f"On {day} the clocks are set back, and {hour} comes twice. Choose below which of the two you mean."
    return f"On {day} the clocks are set forward, and there is no {hour}. Enter an earlier or a later time."


def _offset(moment: datetime, zone: tzinfo, *, fold: int) -> timedelta:
    return moment.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta()


def _written(offset: timedelta) -> str:
    sign, minutes = "-" if offset < timedelta() else "+", abs(offset) // timedelta(minutes=1)
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}"


def _parsed(value: str) -> datetime | None:
    try:
        return parse_datetime(value)
    except ValueError:
        return None
