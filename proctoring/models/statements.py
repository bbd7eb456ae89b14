"""What a candidate says of their own session, for whoever decides. Rows are added, never changed."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from proctoring.models.sessions import Session


class Statement(models.Model):
    """Also an entry of the session's chain, so that a word changed or left out shows. ``client_id`` is made with the
    page's form, so that sending again what was lost on the way finds the statement already there."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="statements")
    text = models.TextField()
    client_id = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["session", "at", "pk"]
        constraints = [models.UniqueConstraint(fields=["session", "client_id"], name="one_statement_a_client_id")]

    def __str__(self) -> str:
        return f"{self.session}: statement of {self.at:%Y-%m-%d %H:%M}"
