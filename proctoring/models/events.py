"""What a session recorded: its log, its risk over time, and what the browser told."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from proctoring.models.sessions import JSONDict, Session


class Event(models.Model):
    """One entry of a session's log, linked to the one before it by hash (see ``proctoring.evidence.chain``)."""

    class Ledger(models.TextChoices):
        INTEGRITY = "integrity", "Integrity"
        TECHNICAL = "technical", "Technical"
        ENVIRONMENT = "environment", "Environment"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="events")
    sequence = models.PositiveIntegerField(help_text="1, 2, 3 … within the session.")
    ledger = models.CharField(max_length=16, choices=Ledger.choices, default=Ledger.INTEGRITY)
    name = models.CharField(max_length=48, db_index=True)
    unix_ms = models.BigIntegerField(help_text="When, in milliseconds since 1970, on the server's clock.")
    risk_delta = models.PositiveIntegerField(default=0)
    risk_total = models.PositiveIntegerField(default=0)
    phone_detected = models.BooleanField(default=False)
    looking_away = models.BooleanField(default=False)
    face_count = models.PositiveIntegerField(null=True, blank=True)
    sentence = models.TextField(help_text="What happened, in one plain sentence.")
    detail: models.JSONField[JSONDict, JSONDict] = models.JSONField(
        default=dict, help_text="The rule and its numbers, how long it held, measured values, models and their hashes."
    )
    snapshot = models.CharField(max_length=200, blank=True, help_text="Storage name of the picture, empty without one.")
    snapshot_sha256 = models.CharField(max_length=64, blank=True, help_text="Stays when the picture is deleted.")
    snapshot_deleted_at = models.DateTimeField(null=True, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["session", "sequence"]
        constraints = [models.UniqueConstraint(fields=["session", "sequence"], name="one_event_a_sequence")]
        indexes = [models.Index(fields=["session", "unix_ms"])]

    def __str__(self) -> str:
        return f"{self.name} #{self.sequence}"


class RiskSample(models.Model):
    """The risk from ``unix_ms`` on, until the next sample. One at every change, so the history is complete."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="risk_samples")
    unix_ms = models.BigIntegerField()
    risk = models.PositiveIntegerField()

    class Meta:
        ordering = ["session", "unix_ms", "pk"]
        indexes = [models.Index(fields=["session", "unix_ms"])]

    def __str__(self) -> str:
        return f"{self.risk} at {self.unix_ms}"


class BrowserSignal(models.Model):
    """One message of the browser's outbox, kept under the browser's own id so that a repeat is recognised."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="signals")
    client_id = models.UUIDField()
    kind = models.CharField(max_length=32)
    client_unix_ms = models.BigIntegerField()
    unix_ms = models.BigIntegerField(help_text="The same moment on the server's clock.")
    received_at = models.DateTimeField(default=timezone.now)
    applied = models.BooleanField(default=False, help_text="The risk engine has taken it into account.")

    class Meta:
        ordering = ["session", "unix_ms", "pk"]
        constraints = [models.UniqueConstraint(fields=["session", "client_id"], name="one_signal_a_client_id")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.unix_ms}"
