"""Pictures that wait for the storage they belong into."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from proctoring.models.sessions import Session


class WaitingPicture(models.Model):
    """An event's picture that the storage would not take, until it does (see ``proctoring.evidence.waiting``)."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="waiting_pictures")
    name = models.CharField(max_length=200, unique=True, help_text="Its name in the storage.")
    jpeg = models.BinaryField()
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
