"""Rosters that were uploaded: what would come of each row, and then what did."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from exams.models.exams import Exam
from exams.models.people import Institution, User


class RosterImport(models.Model):
    """Checked first, carried out when a person says so. The file goes then, the rest after a while."""

    class State(models.TextChoices):
        CHECKED = "checked", "Checked, nothing written yet"
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed, nothing written"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="roster_imports")
    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, null=True, blank=True, related_name="roster_imports")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roster_imports")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(help_text="The file; emptied once it is carried out.")
    created_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now, help_text="When it was last known to go on.")
    state = models.CharField(max_length=16, choices=State.choices, default=State.CHECKED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    outcomes: models.JSONField[list[list[str | int]], list[list[str | int]]] = models.JSONField(
        default=list, help_text="A row each: line, who, outcome, why."
    )

    class Meta:
        verbose_name = "roster"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.file_name}: {self.get_state_display()}"
