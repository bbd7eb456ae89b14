"""Points given for answers."""

from __future__ import annotations

from django.db import models

from exams.models.attempts import Attempt
from exams.models.people import User
from exams.models.questions import Question


class Mark(models.Model):
    """The points of one question in one attempt; ``points`` is empty while a person has yet to give them."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="marks")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="marks")
    points = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField(max_digits=7, decimal_places=2)
    automatic = models.BooleanField(default=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="marks_given")
    at = models.DateTimeField(null=True, blank=True)
    comment = models.TextField(blank=True, help_text="Shown to the candidate with their results.")

    class Meta:
        ordering = ["attempt", "question"]
        constraints = [models.UniqueConstraint(fields=["attempt", "question"], name="one_mark_a_question")]

    def __str__(self) -> str:
        return f"{self.points}/{self.maximum}" if self.points is not None else f"–/{self.maximum}"
