"""What people made of a session's record. Rows are added, never changed: the newest counts, all are its history."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from proctoring.models.events import Event
from proctoring.models.sessions import Session


class EventVerdict(models.Model):
    class Verdict(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        DISMISSED = "dismissed", "Dismissed"
        TAKEN_BACK = "taken_back", "Taken back"  # the verdict before it: there is none in force

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="verdicts")
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="event_verdicts")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["event", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.event}: {self.get_verdict_display()}"


class SessionReview(models.Model):
    class Outcome(models.TextChoices):
        NOTHING = "nothing", "Nothing to follow up"
        FOLLOW_UP = "follow_up", "To be followed up by the institution"
        UNCLEAR = "unclear", "The record does not tell"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="reviews")
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="session_reviews")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["session", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.session}: {self.get_outcome_display()}"
