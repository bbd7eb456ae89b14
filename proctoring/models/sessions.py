"""Sessions under watch."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from exams.models import Attempt, Exam
from proctoring.models.consents import Consent
from proctoring.models.policies import RecordShown

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from proctoring.models.events import Event, RiskSample
    from proctoring.models.statements import Statement

JSONDict = dict[str, Any]

LAST_SEQUENCE = "last_sequence"  # kept beside the counters: the number of the newest frame taken


class Session(models.Model):
    """One candidate under watch: an exam attempt, a practice run, or a replayed clip."""

    class Kind(models.TextChoices):
        EXAM = "exam", "Exam"
        PRACTICE = "practice", "Practice"
        REPLAY = "replay", "Replay"

    class State(models.TextChoices):
        CHECKING = "checking", "System check"
        LIVE = "live", "Live"
        ENDED = "ended", "Ended"

    class EndedBy(models.TextChoices):
        CANDIDATE = "candidate", "Candidate finished"
        PROCTOR = "proctor", "Stopped by a proctor"
        DEADLINE = "deadline", "Time was up"
        REPLAY = "replay", "Clip ended"
        CONSENT = "consent", "Consent withdrawn; the exam goes on unwatched"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.EXAM)
    state = models.CharField(max_length=16, choices=State.choices, default=State.CHECKING, db_index=True)
    candidate = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proctoring_sessions"
    )
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, null=True, blank=True, related_name="proctoring_sessions")
    attempt = models.OneToOneField(
        Attempt, on_delete=models.PROTECT, null=True, blank=True, related_name="proctoring_session"
    )
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions")
    policy: models.JSONField[JSONDict, JSONDict] = models.JSONField(
        default=dict,
        help_text="The exam's policy as it was when the session began (proctoring.risk.policy.Policy.as_dict).",
    )
    # Where something was granted while it ran, ``policy`` is milder than this.
    agreed_policy: models.JSONField[JSONDict | None, JSONDict | None] = models.JSONField(
        null=True, blank=True, help_text="The policy it began with, where something was granted since."
    )
    exam_policy: models.JSONField[JSONDict | None, JSONDict | None] = models.JSONField(
        null=True, blank=True, help_text="The exam's own policy then, where something was granted before it began."
    )
    accommodated = models.BooleanField(
        default=False, help_text="Something was granted to the candidate. What and why stands elsewhere."
    )
    # As the consent said when the session began. A policy that is changed later may shorten the days, never lengthen
    # them, and may show the record earlier, never later.
    keep_pictures_days = models.PositiveIntegerField(null=True, blank=True)
    keep_events_days = models.PositiveIntegerField(null=True, blank=True)
    keep_answers_days = models.PositiveIntegerField(null=True, blank=True)
    record_shown = models.CharField(
        max_length=16, choices=RecordShown.choices, blank=True, help_text="Empty where the consent said nothing of it."
    )

    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True, help_text="When watching began, after the calibration.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=16, choices=EndedBy.choices, blank=True)

    connected = models.BooleanField(default=False)
    connection_epoch = models.PositiveIntegerField(
        default=0, help_text="Rises with every connection; writes of an older one are refused."
    )
    last_frame_at = models.DateTimeField(null=True, blank=True)
    calibration: models.JSONField[JSONDict | None, JSONDict | None] = models.JSONField(null=True, blank=True)
    engine_state: models.JSONField[JSONDict | None, JSONDict | None] = models.JSONField(null=True, blank=True)
    camera: models.JSONField[JSONDict | None, JSONDict | None] = models.JSONField(
        null=True, blank=True, help_text="The camera in use as the browser named it (proctoring.live.camera)."
    )
    risk_temporary = models.PositiveIntegerField(default=0)
    risk_permanent = models.PositiveIntegerField(default=0)
    risk_total = models.PositiveIntegerField(default=0, db_index=True)
    detectors_off: models.JSONField[JSONDict, JSONDict] = models.JSONField(
        default=dict, help_text="Detectors that did not run at some time of this session, and why."
    )
    counters: models.JSONField[JSONDict, JSONDict] = models.JSONField(
        default=dict, help_text="Frames received, analysed, dropped, not analysed, and messages rejected by reason."
    )
    event_count = models.PositiveIntegerField(default=0)
    chain_head = models.CharField(max_length=64, blank=True, help_text="Hash of the newest event.")

    events: RelatedManager[Event]
    risk_samples: RelatedManager[RiskSample]
    statements: RelatedManager[Statement]

    class Meta:
        ordering = ["-created_at", "pk"]
        indexes = [models.Index(fields=["exam", "state", "-risk_total"])]

    def __str__(self) -> str:
        return f"{self.candidate.display_name}: {self.exam or self.get_kind_display()}"
