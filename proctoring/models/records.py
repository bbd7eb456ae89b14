"""What people did, what a purge deleted, and what was taken away as a file."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from exams.models import Exam
from proctoring.models.sessions import Session


class ProctorAction(models.Model):
    """What a person did to a session, and why."""

    class Action(models.TextChoices):
        STOP_WATCHING = "stop_watching", "Stopped watching"
        END_ATTEMPT = "end_attempt", "Ended the attempt"

    class Reason(models.TextChoices):
        CANDIDATE_ASKED = "candidate_asked", "The candidate asked for it"
        TECHNICAL = "technical", "Technical problem"
        EMERGENCY = "emergency", "Emergency"
        CONSENT_WITHDRAWN = "consent_withdrawn", "Consent was withdrawn"
        RULES = "rules", "Exam rules, as the proctor judged from the evidence"
        OTHER = "other", "Another reason (see note)"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="actions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proctor_actions")
    action = models.CharField(max_length=24, choices=Action.choices)
    reason = models.CharField(max_length=24, choices=Reason.choices)
    note = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["session", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.get_reason_display()}"


class PurgeRecord(models.Model):
    """What a purge deleted. Holds no personal data, so it may stay."""

    class What(models.TextChoices):
        PICTURES = "pictures", "Snapshots"
        EVENTS = "events", "Event log"
        ANSWERS = "answers", "Answers"
        PRACTICE = "practice", "Practice run"

    at = models.DateTimeField(default=timezone.now)
    exam = models.ForeignKey(Exam, on_delete=models.SET_NULL, null=True, blank=True, related_name="purges")
    session_id_text = models.CharField(max_length=36, verbose_name="session")
    what = models.CharField(max_length=16, choices=What.choices)
    count = models.PositiveIntegerField()
    chain_head = models.CharField(max_length=64, blank=True, help_text="Hash of the newest event when it was deleted.")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.count} {self.get_what_display()} of {self.session_id_text}"


class Export(models.Model):
    """A large export asked for by a person: made outside the request, then downloaded. Of all sessions of an exam, or
    the report of one."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        JSON = "json", "JSON"
        PDF = "pdf", "PDF"  # of one session

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="exports")
    session = models.ForeignKey(
        Session,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="exports",
        help_text="Empty: all sessions of the exam.",
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    format = models.CharField(max_length=8, choices=Format.choices)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    file = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now, help_text="When it was last known to go on.")

    class Meta:
        ordering = ["-created_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_format_display()} of {self.session or self.exam}"
