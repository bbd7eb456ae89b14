"""Exams, their versions with sections and pools, and who is enrolled."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from exams.models.people import Institution, User

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from exams.models.attempts import Attempt
    from exams.models.questions import Question


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
        ARCHIVED = "archived", "Archived"

    class Afterwards(models.TextChoices):
        NOTHING = "nothing", "Nothing"
        SCORE = "score", "Their score and whether they passed"
        REVIEW = "review", "Their score, their answers and the right ones"

    class Counting(models.TextChoices):
        BEST = "best", "The best"
        LAST = "last", "The last"
        FIRST = "first", "The first"

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="exams")
    title = models.CharField(max_length=200)
    instructions = models.TextField(blank=True, help_text="Shown to candidates before they start. Markdown.")
    state = models.CharField(max_length=16, choices=State.choices, default=State.DRAFT)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    duration_minutes = models.PositiveIntegerField(default=60)
    attempts_allowed = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    counting = models.CharField(
        "attempt that counts",
        max_length=8,
        choices=Counting.choices,
        default=Counting.BEST,
        help_text="Of those a candidate hands in, where several are allowed.",
    )
    passing_percent = models.DecimalField(
        "passing mark (%)",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text="Share of the points needed to pass; empty where nobody passes or fails.",
    )
    afterwards = models.CharField(
        "candidates see afterwards",
        max_length=16,
        choices=Afterwards.choices,
        default=Afterwards.SCORE,
        help_text="Once the results are published.",
    )
    results_published_at = models.DateTimeField(null=True, blank=True)
    shuffle_questions = models.BooleanField(default=False, help_text="Each candidate gets them in another order.")
    shuffle_options = models.BooleanField(default=False, help_text="Each candidate gets the options in another order.")
    anonymous_marking = models.BooleanField(default=False, help_text="Who marks does not see whose answer it is.")
    candidates = models.ManyToManyField(User, through="Enrolment", related_name="enrolled_exams")

    objects = ExamQuerySet.as_manager()

    versions: RelatedManager[ExamVersion]
    enrolments: RelatedManager[Enrolment]
    attempts: RelatedManager[Attempt]

    class Meta:
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if self.opens_at and self.closes_at and self.opens_at >= self.closes_at:
            raise ValidationError({"closes_at": "The exam must close after it opens."})
        if self.duration_minutes is not None and self.duration_minutes < 1:
            raise ValidationError({"duration_minutes": "Give at least one minute."})

    def is_open(self, moment: datetime | None = None) -> bool:
        moment = moment or timezone.now()
        return (
            self.state == self.State.PUBLISHED
            and (self.opens_at is None or self.opens_at <= moment)
            and (self.closes_at is None or moment < self.closes_at)
        )

    @property
    def current_version(self) -> ExamVersion | None:
        """What a new attempt gets: the newest version that was published."""
        return self.versions.filter(frozen_at__isnull=False).order_by("-number").first()


class ExamVersion(models.Model):
    """An exam's questions as they were published. Frozen ones never change; an attempt keeps the one it began with."""

    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    frozen_at = models.DateTimeField(null=True, blank=True, help_text="When it was published; empty for the draft.")

    sections: RelatedManager[Section]
    attempts: RelatedManager[Attempt]

    class Meta:
        ordering = ["exam", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["exam", "number"], name="one_version_a_number"),
            models.UniqueConstraint(fields=["exam"], condition=Q(frozen_at__isnull=True), name="one_draft_an_exam"),
        ]

    def __str__(self) -> str:
        return f"{self.exam}, version {self.number}"

    @property
    def frozen(self) -> bool:
        return self.frozen_at is not None


class Section(models.Model):
    version = models.ForeignKey(ExamVersion, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True, help_text="Shown above the section's questions. Markdown.")

    questions: RelatedManager[Question]
    pools: RelatedManager[Pool]

    class Meta:
        ordering = ["version", "position", "pk"]

    def __str__(self) -> str:
        return self.title or f"Section {self.position}"


class Pool(models.Model):
    """Questions of a section of which each candidate gets only some, drawn at random."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="pools")
    name = models.CharField(max_length=100)
    draw = models.PositiveIntegerField(validators=[MinValueValidator(1)], help_text="How many each candidate gets.")

    questions: RelatedManager[Question]

    class Meta:
        ordering = ["section", "name", "pk"]
        constraints = [models.UniqueConstraint(fields=["section", "name"], name="one_pool_a_name")]

    def __str__(self) -> str:
        return self.name


class Enrolment(models.Model):
    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="enrolments")
    candidate = models.ForeignKey(User, on_delete=models.CASCADE, related_name="enrolments")

    class Meta:
        ordering = ["exam", "candidate"]
        constraints = [models.UniqueConstraint(fields=["exam", "candidate"], name="enrolled_once")]

    def __str__(self) -> str:
        return f"{self.candidate.display_name} in {self.exam}"
