"""How an exam is watched, and how long what was recorded is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from exams.models import Exam
from proctoring.risk import policy as risk_policy

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

# No fewer, or what a running session has recorded so far would be deleted under it.
SHORTEST_KEEP_DAYS = 1
LONGEST_KEEP_DAYS = 3650
KEEP_DAYS = [MinValueValidator(SHORTEST_KEEP_DAYS), MaxValueValidator(LONGEST_KEEP_DAYS)]


class ExamPolicy(models.Model):
    """How an exam is watched and how long what was recorded is kept. An exam without one uses the defaults here."""

    exam = models.OneToOneField(Exam, on_delete=models.CASCADE, related_name="policy")
    frames_per_second = models.FloatField(
        default=2.0,
        validators=[MinValueValidator(0.2), MaxValueValidator(5.0)],
        help_text="Pictures analysed per second and candidate, 0.2 to 5.",
    )
    phone_every = models.PositiveIntegerField(
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text="A phone is looked for in every n-th analysed picture.",
    )
    away_yaw_degrees = models.FloatField(default=risk_policy.AWAY_YAW_DEGREES, validators=[MinValueValidator(5)])
    away_pitch_degrees = models.FloatField(default=risk_policy.AWAY_PITCH_DEGREES, validators=[MinValueValidator(5)])
    away_eyes = models.FloatField(
        default=risk_policy.AWAY_EYES,
        validators=[MinValueValidator(0.02), MaxValueValidator(0.5)],
        help_text="How far the irises may stand from their calibrated place, as a share of the eye's width.",
    )
    keep_pictures_days = models.PositiveIntegerField(
        default=30,
        validators=KEEP_DAYS,
        help_text="Snapshots are deleted this many days after the session.",
    )
    keep_events_days = models.PositiveIntegerField(
        default=180,
        validators=KEEP_DAYS,
        help_text="The event log is deleted this many days after the session.",
    )
    keep_answers_days = models.PositiveIntegerField(
        default=365,
        validators=KEEP_DAYS,
        help_text="Answers are deleted this many days after the attempt.",
    )

    rules: RelatedManager[PolicyRule]

    class Meta:
        verbose_name = "proctoring policy"
        verbose_name_plural = "proctoring policies"

    def __str__(self) -> str:
        return f"Policy of {self.exam}"


class PolicyRule(models.Model):
    """One row of the risk table, where an exam departs from the default."""

    policy = models.ForeignKey(ExamPolicy, on_delete=models.CASCADE, related_name="rules")
    event = models.CharField(max_length=32, choices=[(name, name) for name in risk_policy.DEFAULT_RULES])
    enabled = models.BooleanField(default=True)
    hold_seconds = models.FloatField(validators=[MinValueValidator(0.0), MaxValueValidator(600.0)])
    delta = models.PositiveIntegerField(validators=[MaxValueValidator(1000)])
    permanent = models.BooleanField(default=False)
    cooldown_seconds = models.FloatField(validators=[MinValueValidator(0.0), MaxValueValidator(3600.0)])

    class Meta:
        ordering = ["policy", "event"]
        constraints = [models.UniqueConstraint(fields=["policy", "event"], name="one_rule_an_event")]

    def __str__(self) -> str:
        return f"{self.event} of {self.policy}"
