"""Institutions, people and their roles, exams, questions, attempts and answers. Knows no cameras."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


def validate_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(f"“{value}” is no time zone; use a name such as Europe/Berlin.")


class User(AbstractUser):
    """Anyone who signs in. What they may do follows from their memberships."""

    memberships: RelatedManager[Membership]

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username


class Institution(models.Model):
    name = models.CharField(max_length=200, unique=True)
    slug = models.SlugField(unique=True)
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text="Times in reports are given in this zone.",
    )
    contact = models.CharField(
        max_length=200, blank=True, help_text="Whom candidates can ask about the exam and about their data."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", "Administrator"
    AUTHOR = "author", "Author"
    PROCTOR = "proctor", "Proctor"
    REVIEWER = "reviewer", "Reviewer"
    CANDIDATE = "candidate", "Candidate"


class Membership(models.Model):
    """One role of one person in one institution."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)

    class Meta:
        ordering = ["institution", "role", "user"]
        constraints = [models.UniqueConstraint(fields=["user", "institution", "role"], name="one_membership_a_role")]

    def __str__(self) -> str:
        return f"{self.user.display_name}, {self.get_role_display()} at {self.institution}"


class ExamQuerySet(models.QuerySet["Exam"]):
    def open_at(self, moment: datetime) -> ExamQuerySet:
        return self.filter(
            Q(opens_at__isnull=True) | Q(opens_at__lte=moment),
            Q(closes_at__isnull=True) | Q(closes_at__gt=moment),
            state=Exam.State.PUBLISHED,
        )


class Exam(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        CLOSED = "closed", "Closed"

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="exams")
    title = models.CharField(max_length=200)
    instructions = models.TextField(blank=True, help_text="Shown to candidates before they start. Plain text.")
    state = models.CharField(max_length=16, choices=State.choices, default=State.DRAFT)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    duration_minutes = models.PositiveIntegerField(default=60)
    candidates = models.ManyToManyField(User, through="Enrolment", related_name="enrolled_exams")

    objects = ExamQuerySet.as_manager()

    questions: RelatedManager[Question]
    attempts: RelatedManager[Attempt]

    class Meta:
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if self.opens_at and self.closes_at and self.opens_at >= self.closes_at:
            raise ValidationError({"closes_at": "The exam must close after it opens."})
        if self.duration_minutes < 1:
            raise ValidationError({"duration_minutes": "Give at least one minute."})

    def is_open(self, moment: datetime | None = None) -> bool:
        moment = moment or timezone.now()
        return (
            self.state == self.State.PUBLISHED
            and (self.opens_at is None or self.opens_at <= moment)
            and (self.closes_at is None or moment < self.closes_at)
        )


class Enrolment(models.Model):
    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="enrolments")
    candidate = models.ForeignKey(User, on_delete=models.CASCADE, related_name="enrolments")

    class Meta:
        ordering = ["exam", "candidate"]
        constraints = [models.UniqueConstraint(fields=["exam", "candidate"], name="enrolled_once")]

    def __str__(self) -> str:
        return f"{self.candidate.display_name} in {self.exam}"


class Question(models.Model):
    class Kind(models.TextChoices):
        SINGLE_CHOICE = "single_choice", "Single choice"
        TEXT = "text", "Text"

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.SINGLE_CHOICE)
    text = models.TextField()

    choices: RelatedManager[Choice]

    class Meta:
        ordering = ["exam", "position", "pk"]

    def __str__(self) -> str:
        return f"{self.position}. {self.text[:60]}"


class Choice(models.Model):
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices")
    position = models.PositiveIntegerField(default=1)
    text = models.CharField(max_length=500)
    correct = models.BooleanField(default=False)

    class Meta:
        ordering = ["question", "position", "pk"]

    def __str__(self) -> str:
        return self.text


class Attempt(models.Model):
    """One candidate's sitting of an exam. The server's clock decides: answers count until ``deadline``."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        SUBMITTED = "submitted", "Submitted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="attempts")
    candidate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="attempts")
    state = models.CharField(max_length=16, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(null=True, blank=True, help_text="When the questions were first shown.")
    deadline = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    answers: RelatedManager[Answer]

    class Meta:
        ordering = ["-started_at"]
        constraints = [models.UniqueConstraint(fields=["exam", "candidate"], name="one_attempt_an_exam")]

    def __str__(self) -> str:
        return f"{self.candidate.display_name}: {self.exam}"


class Answer(models.Model):
    """One revision of one answer. The highest revision saved before the deadline counts; none is overwritten.

    ``value`` is ``{"choice": <id>}`` or ``{"text": "…"}``. ``client_id`` is made by the browser, so that a retry of a
    request whose reply was lost finds the revision already there.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    revision = models.PositiveIntegerField()
    client_id = models.UUIDField()
    value: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    saved_at = models.DateTimeField()
    late = models.BooleanField(default=False, help_text="Arrived after the deadline; kept, and marked.")

    class Meta:
        ordering = ["attempt", "question", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "question", "revision"], name="one_answer_a_revision"),
            models.UniqueConstraint(fields=["attempt", "client_id"], name="one_answer_a_client_id"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt}, question {self.question.position}, revision {self.revision}"
