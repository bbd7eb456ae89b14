"""What candidates agreed to, word for word."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from exams.models import Exam


class ConsentText(models.Model):
    """The exact words a candidate agreed to. Never changed: other words are another row."""

    version = models.CharField(max_length=32)
    sha256 = models.CharField(max_length=64, unique=True)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.version} ({self.sha256[:8]})"


class Consent(models.Model):
    candidate = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="consents")
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, null=True, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="consents")
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-given_at"]

    def __str__(self) -> str:
        return f"{self.candidate} on {self.given_at:%Y-%m-%d %H:%M}"
