"""How an exam is watched, how long what was recorded is kept, and the presets an institution makes policies from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from exams.models import Exam, Institution
from proctoring.risk import policy as risk_policy

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

# No fewer, or what a running session has recorded so far would be deleted under it.
SHORTEST_KEEP_DAYS = 1
LONGEST_KEEP_DAYS = 3650
KEEP_DAYS = [MinValueValidator(SHORTEST_KEEP_DAYS), MaxValueValidator(LONGEST_KEEP_DAYS)]


class RecordShown(models.TextChoices):
    """From when on candidates see what was recorded of them, and may say something about it. From open to closed."""

    HANDED_IN = "handed_in", "After handing in"
    PUBLISHED = "published", "Once the results are published"
    NEVER = "never", "Never; they are told whom to ask"


class PolicyFields(models.Model):
    """Everything a policy says but for its risk table, the rows of ``rules``. The defaults are the standard."""

    watched = models.BooleanField(
        default=True, help_text="Off: no camera, nobody watches, and nothing that the browser does is recorded."
    )
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
    count_hidden = models.BooleanField(
        default=True, help_text="Another tab in front, or the window minimised, is a TAB_SWITCH."
    )
    count_blurred = models.BooleanField(
        default=True,
        help_text="Another window or program in front is a TAB_SWITCH. Some notifications take the focus too.",
    )
    require_fullscreen = models.BooleanField(
        default=False,
        help_text="The page asks for full screen before the questions, and again when it was left. Nothing ends, and "
        "where a browser cannot (an iPhone's), the exam goes on without.",
    )
    restrict_clipboard = models.BooleanField(
        default=False, help_text="Copying, cutting, pasting and the context menu are prevented among the questions."
    )
    keep_snapshots = models.BooleanField(
        default=True,
        help_text="Keep the picture at the moment the risk rises. Off: pictures are looked at and forgotten.",
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
    record_shown = models.CharField(
        max_length=16,
        choices=RecordShown.choices,
        default=RecordShown.HANDED_IN,
        help_text="Candidates see their own events and pictures on a page, without anybody’s notes and names, and may "
        "write a statement there for whoever decides. It waits while another attempt is open to them. A change that "
        "shows more counts at once; one that shows less, for sessions that begin after it, as the others were promised "
        "more.",
    )

    class Meta:
        abstract = True


class RuleFields(models.Model):
    """One row of a risk table, where it departs from the default."""

    event = models.CharField(max_length=32, choices=[(name, name) for name in risk_policy.DEFAULT_RULES])
    enabled = models.BooleanField(default=True)
    hold_seconds = models.FloatField(validators=[MinValueValidator(0.0), MaxValueValidator(600.0)])
    delta = models.PositiveIntegerField(validators=[MaxValueValidator(1000)])
    permanent = models.BooleanField(default=False)
    cooldown_seconds = models.FloatField(validators=[MinValueValidator(0.0), MaxValueValidator(3600.0)])

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.event


class PolicyPreset(PolicyFields):
    """An institution's own starting point for policies. There are four of them, filled with what stands in
    ``proctoring.presets`` and the institution's to change. Exams without a policy follow its “standard”."""

    class Slug(models.TextChoices):
        OFF = "off", "Off"
        LIGHT = "light", "Light"
        STANDARD = "standard", "Standard"
        STRICT = "strict", "Strict"

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="policy_presets")
    slug = models.CharField(max_length=16, choices=Slug.choices)
    name = models.CharField(max_length=60)

    rules: RelatedManager[PresetRule]

    class Meta:
        ordering = ["institution", "pk"]
        constraints = [models.UniqueConstraint(fields=["institution", "slug"], name="one_preset_a_slug")]

    def __str__(self) -> str:
        return self.name


class PresetRule(RuleFields):
    preset = models.ForeignKey(PolicyPreset, on_delete=models.CASCADE, related_name="rules")

    class Meta:
        ordering = ["preset", "event"]
        constraints = [models.UniqueConstraint(fields=["preset", "event"], name="one_preset_rule_an_event")]


class ExamPolicy(PolicyFields):
    """How one exam is watched. An exam without one follows its institution's “standard”."""

    exam = models.OneToOneField(Exam, on_delete=models.CASCADE, related_name="policy")
    preset = models.ForeignKey(
        PolicyPreset,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="exam_policies",
        verbose_name="made from",
        help_text="A policy keeps its own values when the preset changes later.",
    )

    rules: RelatedManager[PolicyRule]

    class Meta:
        verbose_name = "proctoring policy"
        verbose_name_plural = "proctoring policies"

    def __str__(self) -> str:
        return f"Policy of {self.exam}"


class PolicyRule(RuleFields):
    policy = models.ForeignKey(ExamPolicy, on_delete=models.CASCADE, related_name="rules")

    class Meta:
        ordering = ["policy", "event"]
        constraints = [models.UniqueConstraint(fields=["policy", "event"], name="one_rule_an_event")]
