"""Marking all attempts of an exam again: asked for by a person, done outside the request."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from exams.models.exams import Exam
from exams.models.people import User


class MarkingRun(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="marking_runs")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="marking_runs")
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0, help_text="Attempts.")
    total = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0, help_text="Marks that became others.")
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now, help_text="When it was last known to go on.")

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.exam}: marked again, {self.get_state_display().lower()}"

    @property
    def goes_on(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)
