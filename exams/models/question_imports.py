"""Files of questions that were uploaded: how far reading and importing them is."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from exams.models.exams import Exam
from exams.models.people import User


class QuestionImport(models.Model):
    """Read first, imported when who uploaded it says so. What the file holds lies in the storage for as long as it is
    needed; row and all go after a day."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waits to be read"
        READING = "reading", "Is being read"
        CHECKED = "checked", "Looked at, nothing written yet"
        CONFIRMED = "confirmed", "Waits to be imported"
        IMPORTING = "importing", "Is being imported"
        DONE = "done", "Imported"
        FAILED = "failed", "Failed, nothing written"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="question_imports")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="question_imports")
    file_name = models.CharField(max_length=200)
    format = models.CharField(max_length=16)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0, help_text="How far it is, of the total.")
    total = models.PositiveIntegerField(default=0)
    possible = models.PositiveIntegerField(default=0, help_text="Questions that would be imported.")
    pictures = models.PositiveIntegerField(default=0, help_text="New pictures that would come along.")
    section = models.PositiveBigIntegerField(null=True, help_text="Where they were wanted; else where the file says.")
    imported = models.PositiveIntegerField(default=0, help_text="Questions that were.")
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now, help_text="When it was last known to go on.")

    class Meta:
        verbose_name = "file of questions"
        verbose_name_plural = "files of questions"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.file_name}: {self.get_state_display()}"

    @property
    def goes_on(self) -> bool:
        return self.state in TO_READ | TO_WRITE

    @property
    def is_read(self) -> bool:
        """Whether there was something to look at."""
        return self.state not in TO_READ | {self.State.FAILED}


TO_READ = frozenset({QuestionImport.State.WAITING, QuestionImport.State.READING})
TO_WRITE = frozenset({QuestionImport.State.CONFIRMED, QuestionImport.State.IMPORTING})
