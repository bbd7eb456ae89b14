"""Adding time to an attempt and reopening it: the form, what it does, and what stands beside it on a page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from exams import selectors, timing
from exams.admin.base import who
from exams.errors import ExamError
from exams.models import Attempt, TimeChange
from exams.services import add_time, reopen
from exams.services.time import LONGEST_NOTE, MOST_MINUTES, REASONS_TO_ADD, REASONS_TO_REOPEN
from exams.time_entries import entries_of

ADD, REOPEN = "add", "reopen"


class TimeForm(forms.Form):
    """``what``: ADD or REOPEN; each has reasons of its own."""

    minutes = forms.IntegerField(
        min_value=1,
        max_value=MOST_MINUTES,
        error_messages={
            "required": "Say how many minutes.",
            "min_value": "Give one minute at least.",
            "max_value": f"Give {MOST_MINUTES} minutes at most.",
        },
    )
    reason = forms.ChoiceField(error_messages={"required": "Choose a reason: it is kept with the attempt."})
    note = forms.CharField(max_length=LONGEST_NOTE, required=False)

    def __init__(self, data: Any = None, *, what: str) -> None:
        super().__init__(data, initial={"minutes": 10 if what == ADD else 15})
        reasons = REASONS_TO_ADD if what == ADD else REASONS_TO_REOPEN
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose a reason"), *((reason.value, reason.label) for reason in reasons)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason") == TimeChange.Reason.OTHER and not data.get("note", "").strip():
            self.add_error("note", "Say in the note what the other reason is.")
        return data


def what_is_possible(attempt: Attempt) -> str:
    """ADD, REOPEN or nothing. Whether an attempt can be reopened after all, the service says."""
    if attempt.started_at is None:
        return ""
    return ADD if attempt.state == Attempt.State.RUNNING else REOPEN


def time_context(request: HttpRequest, attempt: Attempt, form: TimeForm | None = None) -> dict[str, Any]:
    """For ``exams_admin/_time.html`` and ``_time_dialog.html``."""
    what = what_is_possible(attempt) if selectors.may_change_time(request.user, attempt) else ""
    now = timezone.now()
    return {
        "attempt": attempt,
        "zone": attempt.exam.institution.zone,
        "time_what": what,
        "time_form": form or (TimeForm(what=what) if what else None),
        "time_entries": entries_of(attempt),
        "break_time": timing.break_time(attempt, now),
    }


def change_time(request: HttpRequest, attempt: Attempt) -> TimeForm | None:
    """Do what was posted, and say so; the form where something is wrong with it, and nothing has been done."""
    what = request.POST.get("what", "")
    if what not in (ADD, REOPEN):
        messages.error(request, "Nothing was changed. Please use the form on the page.")
        return None
    form = TimeForm(request.POST, what=what)
    if not form.is_valid():
        return form
    change = add_time if what == ADD else reopen
    given = form.cleaned_data
    try:
        change(by=who(request), attempt=attempt, minutes=given["minutes"], reason=given["reason"], note=given["note"])
    except ExamError as error:
        messages.error(request, error.message)
    else:
        minutes = "1 minute" if given["minutes"] == 1 else f"{given['minutes']} minutes"
        done = f"{minutes} added" if what == ADD else f"The attempt is open again for {minutes}"
        messages.success(request, f"{done}, with your reason.")
    return None
