"""What of the watching is muted or retuned for one candidate: the form of it, and the words for what was granted."""

from __future__ import annotations

from typing import Any

from django.forms import Field, FloatField, ModelForm, MultipleChoiceField
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminDecimalFieldWidget

from proctoring.models import DetectorAccommodation
from proctoring.models.accommodations import LONGEST_HOLD_SECONDS
from proctoring.reports.record import event_title
from proctoring.risk.policy import DEFAULT_RULES, USES_NO_HOLD

HELD = tuple(name for name in DEFAULT_RULES if name not in USES_NO_HOLD)
FACTORS = {"yaw_factor": "head to the side", "pitch_factor": "head up", "eyes_factor": "eyes aside"}
LIFTS = {"lift_fullscreen": "full screen is not asked for", "lift_clipboard": "copy and paste are allowed"}


def hold_name(event: str) -> str:
    return f"hold_{event.lower()}"


def _hold(event: str) -> Field:
    return FloatField(
        required=False,
        min_value=0,
        max_value=LONGEST_HOLD_SECONDS,
        label=f"{event_title(event)} (seconds)",
        widget=UnfoldAdminDecimalFieldWidget,
    )


class _DetectorForm(ModelForm):  # type: ignore[type-arg]
    """Seconds of each rule in a field of its own (see below); together they are the row's ``hold_seconds``."""

    muted = MultipleChoiceField(
        required=False,
        label="Do not count",
        choices=[(event, event_title(event)) for event in DEFAULT_RULES],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = DetectorAccommodation
        fields = ("muted", *FACTORS, *LIFTS)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        held = {event: data.get(hold_name(event)) for event in HELD}
        self.instance.hold_seconds = {event: seconds for event, seconds in held.items() if seconds}
        return data


DetectorForm: type[_DetectorForm] = type(
    "DetectorForm", (_DetectorForm,), {hold_name(event): _hold(event) for event in HELD}
)


def in_words(detectors: DetectorAccommodation) -> list[str]:
    """What it changes, a line each."""
    holds = [f"{event_title(event)} after {seconds:g} s" for event, seconds in detectors.hold_seconds.items()]
    wider = [f"{what} × {getattr(detectors, name):g}" for name, what in FACTORS.items() if getattr(detectors, name) > 1]
    said = [
        f"not counted: {', '.join(map(event_title, detectors.muted))}" if detectors.muted else "",
        f"counted only later: {', '.join(holds)}" if holds else "",
        f"wider limits: {', '.join(wider)}" if wider else "",
        *(what for name, what in LIFTS.items() if getattr(detectors, name)),
    ]
    return [each for each in said if each]
