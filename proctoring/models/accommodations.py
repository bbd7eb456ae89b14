"""What of the watching is muted or retuned for one candidate."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from exams.models import Accommodation
from proctoring.risk.policy import DEFAULT_RULES

LONGEST_HOLD_SECONDS = 600
FACTOR = [MinValueValidator(1.0), MaxValueValidator(5.0)]


class DetectorAccommodation(models.Model):
    """Belongs to an accommodation, which says for whom, for which exams, who granted it and why.

    It only ever makes watching milder: limits are those of the exam or these, whichever asks less of the candidate.
    """

    accommodation = models.OneToOneField(Accommodation, on_delete=models.CASCADE, related_name="detectors")
    muted: models.JSONField[list[str], list[str]] = models.JSONField(
        "do not count", default=list, blank=True, help_text="Rules of the risk table that do not count for them."
    )
    hold_seconds: models.JSONField[dict[str, float], dict[str, float]] = models.JSONField(
        default=dict, blank=True, help_text="Rules that count only once they held for so long, in seconds."
    )
    yaw_factor = models.FloatField(
        "head to the side ×", default=1.0, validators=FACTOR, help_text="2 lets the head turn twice as far, up to 5."
    )
    pitch_factor = models.FloatField("head up ×", default=1.0, validators=FACTOR)
    eyes_factor = models.FloatField("eyes aside ×", default=1.0, validators=FACTOR)
    lift_fullscreen = models.BooleanField(
        "no full screen", default=False, help_text="The page does not ask for it, as for a magnifier beside the exam."
    )
    lift_clipboard = models.BooleanField(
        "copy and paste allowed", default=False, help_text="As for dictation programs, which paste what was said."
    )

    class Meta:
        verbose_name = "accommodation of the watching"
        verbose_name_plural = "how they are watched"

    def __str__(self) -> str:
        return f"How {self.accommodation.candidate.display_name} is watched"

    @property
    def changes_nothing(self) -> bool:
        factors = (self.yaw_factor, self.pitch_factor, self.eyes_factor)
        held = any(self.hold_seconds.values())
        return not (self.muted or held or self.lift_fullscreen or self.lift_clipboard) and max(factors) == 1

    def clean(self) -> None:
        """JSON may hold anything; the engine may not get it."""
        if not _are_rules(self.muted, list):
            raise ValidationError({"muted": f"Give a list of rules: {', '.join(DEFAULT_RULES)}."})
        if not _are_rules(self.hold_seconds, dict) or not all(map(_is_hold, self.hold_seconds.values())):
            raise ValidationError(
                {"hold_seconds": f"Give seconds by rule, each from 0 to {LONGEST_HOLD_SECONDS}: {{“NO_FACE”: 10}}."}
            )


def _are_rules(value: Any, kind: type[list[Any] | dict[Any, Any]]) -> bool:
    return isinstance(value, kind) and all(name in DEFAULT_RULES for name in value)


def _is_hold(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LONGEST_HOLD_SECONDS
