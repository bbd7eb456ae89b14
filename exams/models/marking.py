"""Points given for answers, who changed them and why, and when results were shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from exams.models.attempts import Answer, Attempt
from exams.models.exams import Exam
from exams.models.people import User
from exams.models.questions import Question

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Mark(models.Model):
    """The points of one question in one attempt; ``points`` is empty while a person has yet to give them."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="marks")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="marks")
    answer = models.ForeignKey(
        Answer,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="marks",
        help_text="The revision that counts; empty where nothing was answered in time.",
    )
    points = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField(max_digits=7, decimal_places=2)
    automatic = models.BooleanField(default=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="marks_given")
    at = models.DateTimeField(null=True, blank=True)
    comment = models.TextField(blank=True, help_text="Shown to the candidate with their results.")
    reserved_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reserved_until = models.DateTimeField(null=True, blank=True, help_text="Nobody else is given it before.")

    changes: RelatedManager[MarkChange]

    class Meta:
        ordering = ["attempt", "question"]
        constraints = [models.UniqueConstraint(fields=["attempt", "question"], name="one_mark_a_question")]
        indexes = [models.Index(fields=["question"], condition=Q(points__isnull=True), name="marks_waiting")]

    def __str__(self) -> str:
        return f"{self.points}/{self.maximum}" if self.points is not None else f"–/{self.maximum}"


class KeyCorrection(models.Model):
    """What counts as right was corrected after the question was published; ``before`` and ``after`` are the key."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="key_corrections")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="key_corrections")
    at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(help_text="Kept with the correction, for those who ask later.")
    before: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    after: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    everyone = models.BooleanField(
        "everyone gets full points", default=False, help_text="Whatever the answer, and without one too."
    )
    marks_changed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"Key of {self.question} corrected"


class MarkChange(models.Model):
    """Points that became others: by a person, or by a corrected key. The first automatic mark is no change."""

    mark = models.ForeignKey(Mark, on_delete=models.CASCADE, related_name="changes")
    before = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    after = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="mark_changes", help_text="Empty: automatic"
    )
    at = models.DateTimeField(default=timezone.now)
    comment = models.TextField(blank=True)
    correction = models.ForeignKey(
        KeyCorrection, on_delete=models.SET_NULL, null=True, blank=True, related_name="mark_changes"
    )

    class Meta:
        ordering = ["mark", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class ResultsRelease(models.Model):
    """Results shown to the candidates, or taken back; ``Exam.results_published_at`` says what holds now."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="results_releases")
    published = models.BooleanField(help_text="No: withdrawn.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="results_releases")
    at = models.DateTimeField(default=timezone.now)
    waiting = models.PositiveIntegerField(default=0, help_text="Answers nobody had marked yet.")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.exam}: results {'published' if self.published else 'withdrawn'}"
