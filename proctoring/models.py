"""Sessions under watch, their events, evidence, consents and what was done by people.

Only ``proctoring.services`` and ``proctoring.evidence`` write these; only ``proctoring.selectors`` hands them out.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from exams.models import Attempt, Exam
from proctoring.risk import policy as risk_policy

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

JSONDict = dict[str, Any]

# No fewer, or what a running session has recorded so far would be deleted under it.
SHORTEST_KEEP_DAYS = 1
LONGEST_KEEP_DAYS = 3650
KEEP_DAYS = [MinValueValidator(SHORTEST_KEEP_DAYS), MaxValueValidator(LONGEST_KEEP_DAYS)]


class ExamPolicy(models.Model):
    """How an exam is watched and how long what was recorded is kept. An exam without one uses the defaults here."""

    exam = models.OneToOneField(Exam, on_delete=models.CASCADE, related_name="policy")
    frames_per_second = models.FloatField(
        default=2.0,
        validators=[MinValueValidator(0.2), MaxValueValidator(5.0)],
        help_text="Pictures analysed per second and candidate, 0.2 to 5.",
    )
    phone_every = models.PositiveIntegerField(
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text="A phone is looked for in every n-th analysed picture.",
    )
    away_yaw_degrees = models.FloatField(default=risk_policy.AWAY_YAW_DEGREES, validators=[MinValueValidator(5)])
    away_pitch_degrees = models.FloatField(default=risk_policy.AWAY_PITCH_DEGREES, validators=[MinValueValidator(5)])
    away_eyes = models.FloatField(
        default=risk_policy.AWAY_EYES,
        validators=[MinValueValidator(0.02), MaxValueValidator(0.5)],
        help_text="How far the irises may stand from their calibrated place, as a share of the eye's width.",
    )
    keep_pictures_days = models.PositiveIntegerField(
        default=30,
        validators=KEEP_DAYS,
        help_text="Snapshots are deleted this many days after the session.",
    )
    keep_events_days = models.PositiveIntegerField(
        default=180,
        validators=KEEP_DAYS,
        help_text="The event log is deleted this many days after the session.",
    )
    keep_answers_days = models.PositiveIntegerField(
        default=365,
        validators=KEEP_DAYS,
        help_text="Answers are deleted this many days after the attempt.",
    )

    rules: RelatedManager[PolicyRule]

    class Meta:
        verbose_name = "proctoring policy"
        verbose_name_plural = "proctoring policies"

    def __str__(self) -> str:
        return f"Policy of {self.exam}"


class PolicyRule(models.Model):
    """One row of the risk table, where an exam departs from the default."""

    policy = models.ForeignKey(ExamPolicy, on_delete=models.CASCADE, related_name="rules")
    event = models.CharField(max_length=32, choices=[(name, name) for name in risk_policy.DEFAULT_RULES])
    enabled = models.BooleanField(default=True)
    hold_seconds = models.FloatField(validators=[MinValueValidator(0.0), MaxValueValidator(600.0)])
    delta = models.PositiveIntegerField(validators=[MaxValueValidator(1000)])
    permanent = models.BooleanField(default=False)
    cooldown_seconds = models.FloatField(validators=[MinValueValidator(0.0), MaxValueValidator(3600.0)])

    class Meta:
        ordering = ["policy", "event"]
        constraints = [models.UniqueConstraint(fields=["policy", "event"], name="one_rule_an_event")]

    def __str__(self) -> str:
        return f"{self.event} of {self.policy}"


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

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["exam", "state", "-risk_total"])]

    def __str__(self) -> str:
        return f"{self.candidate.display_name}: {self.exam or self.get_kind_display()}"


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
        RULES = "rules", "Exam rules, as judged by me from the evidence"
        OTHER = "other", "Another reason (see note)"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="actions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proctor_actions")
    action = models.CharField(max_length=24, choices=Action.choices)
    reason = models.CharField(max_length=24, choices=Reason.choices)
    note = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["session", "at"]

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
    """A large export asked for by a person: made outside the request, then downloaded."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        JSON = "json", "JSON"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="exports")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    format = models.CharField(max_length=8, choices=Format.choices)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    file = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.get_format_display()} of {self.exam}"
