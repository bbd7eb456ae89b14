"""What a proctor fills in to stop a session."""

from __future__ import annotations

from typing import Any

from django import forms

from proctoring.models import ProctorAction

ACTIONS: dict[ProctorAction.Action, str] = {
    ProctorAction.Action.STOP_WATCHING: "Stop watching",
    ProctorAction.Action.END_ATTEMPT: "End the attempt",
}
WHAT_FOLLOWS: dict[ProctorAction.Action, str] = {
    ProctorAction.Action.STOP_WATCHING: "The camera is let go. The candidate goes on with the exam unwatched.",
    ProctorAction.Action.END_ATTEMPT: "The camera is let go and the attempt is handed in as it is. This is final.",
}


class StopForm(forms.Form):
    action = forms.ChoiceField(
        choices=[(action.value, label) for action, label in ACTIONS.items()],
        error_messages={"required": "Choose what is to happen."},
    )
    reason = forms.ChoiceField(
        choices=[("", "Choose a reason"), *ProctorAction.Reason.choices],
        error_messages={"required": "Choose a reason: it is kept with the session."},
    )
    note = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    confirm = forms.BooleanField(error_messages={"required": "Tick the box to confirm that this is your decision."})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason") == ProctorAction.Reason.OTHER and not data.get("note", "").strip():
            self.add_error("note", "Say in the note what the other reason is.")
        return data
