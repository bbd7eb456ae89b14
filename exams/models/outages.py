"""When the server was last alive, and the times it was not: candidates get that time back."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """One row, written every few seconds by every process that serves candidates."""

    alive_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Alive at {self.alive_at}"


class Outage(models.Model):
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    attempts_credited = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-began_at"]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M:%S}, {(self.ended_at - self.began_at).total_seconds():.0f} s"
