"""What an endpoint can be told about, and the data it then gets: numbers and times, never a name, an answer or a
statement's words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from exams.models import Attempt


class WebhookEvent(models.TextChoices):
    ATTEMPT_STARTED = "attempt.started", "An attempt was started"
    ATTEMPT_SUBMITTED = "attempt.submitted", "An attempt was handed in"
    EVENT_CONFIRMED = "event.confirmed", "A person confirmed an event of a session"
    SESSION_REVIEWED = "session.reviewed", "A person finished the review of a session"
    STATEMENT_WRITTEN = "statement.written", "A candidate wrote a statement about what was recorded"
    RESULT_PUBLISHED = "result.published", "A result was published"


PING = "ping"  # what the button “Send a test” sends


def attempt_data(attempt: Attempt) -> dict[str, Any]:
    return {
        "attempt": str(attempt.pk),
        "attempt_number": attempt.number,
        "exam": attempt.exam_id,
        "exam_version": attempt.version_id,
        "candidate": attempt.candidate_id,
        "state": attempt.state,
        "started_at": moment(attempt.started_at),
        "deadline": moment(attempt.deadline),
        "submitted_at": moment(attempt.submitted_at),
    }


def result_data(attempt: Attempt) -> dict[str, Any]:
    scored = {"score": attempt.score, "max_score": attempt.max_score}
    return attempt_data(attempt) | {name: None if value is None else str(value) for name, value in scored.items()}


def moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="milliseconds")
