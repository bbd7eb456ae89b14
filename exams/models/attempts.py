"""Attempts, the revisions of their answers, and what happened to their time."""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from exams.models.exams import Exam, ExamVersion
from exams.models.people import User
from exams.models.questions import Question

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from exams.models.marking import Mark


def new_seed() -> str:
    return secrets.token_hex(8)


class Attempt(models.Model):
    """One candidate's sitting of an exam. The server's clock decides: answers count until ``deadline``."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        SUBMITTED = "submitted", "Submitted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="attempts")
    candidate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField(default=1, help_text="1 for the candidate’s first, 2 for the second …")
    version = models.ForeignKey(ExamVersion, on_delete=models.PROTECT, related_name="attempts")
    seed = models.CharField(
        max_length=32, default=new_seed, editable=False, help_text="Which questions are drawn, and every order."
    )
    state = models.CharField(max_length=16, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(null=True, blank=True, help_text="When the questions were first shown.")
    deadline = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    answered = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many questions had an answer when it was handed in."
    )
    receipt_code = models.CharField(max_length=16, blank=True, editable=False, help_text="On the candidate’s receipt.")
    receipt_salt = models.CharField(
        max_length=32, blank=True, editable=False, help_text="What the code was made with; goes with the answers."
    )
    score = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    max_score = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    marked_at = models.DateTimeField(null=True, blank=True, help_text="When the last mark was given.")
    answers_deleted_at = models.DateTimeField(
        null=True, blank=True, help_text="When the answers were deleted, as promised; the points stay."
    )

    answers: RelatedManager[Answer]
    breaks: RelatedManager[Break]
    time_changes: RelatedManager[TimeChange]
    marks: RelatedManager[Mark]

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(fields=["exam", "candidate", "number"], name="one_attempt_a_number"),
            models.UniqueConstraint(
                fields=["exam", "candidate"], condition=Q(state="running"), name="one_running_attempt"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate.display_name}: {self.exam}"


class Answer(models.Model):
    """One revision of one answer. The highest revision saved before the deadline counts; none is overwritten.

    ``value`` is as the browser sent it (see ``exams.answers``). ``client_id`` is made by the browser, so that a retry
    of a request whose reply was lost finds the revision already there.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    revision = models.PositiveIntegerField()
    client_id = models.UUIDField()
    value: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    saved_at = models.DateTimeField()
    late = models.BooleanField(default=False, help_text="Arrived after the deadline; kept, and marked.")

    class Meta:
        ordering = ["attempt", "question", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "question", "revision"], name="one_answer_a_revision"),
            models.UniqueConstraint(fields=["attempt", "client_id"], name="one_answer_a_client_id"),
        ]
        # Few answers are late, and the page of results counts them among all revisions of a thousand candidates.
        indexes = [models.Index(fields=["attempt"], condition=Q(late=True), name="late_answers")]

    def __str__(self) -> str:
        return f"{self.attempt}, question {self.question.position}, revision {self.revision}"


class Break(models.Model):
    """A break that stops the clock. While it is open, ``deadline`` counts the whole rest of the break time; ending it
    gives back what was not used, so a break nobody ends runs out by itself."""

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="breaks")
    began_at = models.DateTimeField()
    ends_by = models.DateTimeField(help_text="When the break time is used up.")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["attempt", "began_at"]
        constraints = [
            models.UniqueConstraint(fields=["attempt"], condition=Q(ended_at__isnull=True), name="one_open_break")
        ]

    def __str__(self) -> str:
        return f"Break of {self.attempt} from {self.began_at:%H:%M}"


class TimeChange(models.Model):
    """Time an attempt was given beyond its duration, and why."""

    class Kind(models.TextChoices):
        OUTAGE = "outage", "The server was out of reach"
        ADDED = "added", "Time added"
        REOPENED = "reopened", "Reopened after handing in"
        ACCOMMODATION = "accommodation", "Accommodation"

    class Reason(models.TextChoices):
        TECHNICAL = "technical", "Technical problem"
        INTERRUPTED = "interrupted", "The candidate was interrupted"
        EMERGENCY = "emergency", "Emergency"
        BY_MISTAKE = "by_mistake", "Handed in by mistake"
        ACCOMMODATION = "accommodation", "Accommodation"
        OUTAGE = "outage", "Outage of the server"
        OTHER = "other", "Another reason (see note)"

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="time_changes")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    seconds = models.PositiveIntegerField()
    reason = models.CharField(max_length=16, choices=Reason.choices)
    note = models.TextField(blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="time_changes")
    at = models.DateTimeField(default=timezone.now)
    handed_in_at = models.DateTimeField(
        null=True, blank=True, help_text="Of an attempt that was reopened: when it had been handed in."
    )

    class Meta:
        ordering = ["attempt", "at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.seconds} s"
