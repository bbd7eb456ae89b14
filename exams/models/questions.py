"""Questions of every kind, and their pictures."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from exams.models.exams import Exam, Pool, Section
from exams.models.people import User

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

LONGEST_TEXT = 20_000


class Question(models.Model):
    class Kind(models.TextChoices):
        SINGLE_CHOICE = "single_choice", "Single choice"
        MULTIPLE_CHOICE = "multiple_choice", "Multiple choice"
        NUMERIC = "numeric", "Number"
        SHORT_TEXT = "short_text", "Short text"
        ESSAY = "essay", "Essay"
        MATCHING = "matching", "Matching"
        ORDERING = "ordering", "Ordering"

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="questions")
    pool = models.ForeignKey(Pool, on_delete=models.SET_NULL, null=True, blank=True, related_name="questions")
    uid = models.UUIDField(default=uuid.uuid4, editable=False, help_text="The same in every version of the exam.")
    position = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.SINGLE_CHOICE)
    name = models.CharField(max_length=200, blank=True, help_text="For authors only; the text’s start when empty.")
    text = models.TextField(max_length=LONGEST_TEXT, help_text="Markdown, with $formulas$ and pictures.")
    points = models.DecimalField(
        max_digits=7, decimal_places=2, default=Decimal(1), validators=[MinValueValidator(Decimal(0))]
    )
    penalty = models.DecimalField(
        "penalty",
        max_digits=7,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
        help_text="Points taken off for a wrong answer; none for a missing one.",
    )
    number = models.DecimalField("right number", max_digits=30, decimal_places=12, null=True, blank=True)
    tolerance = models.DecimalField(
        max_digits=30,
        decimal_places=12,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
        help_text="How far an answer may be from the right number.",
    )
    case_sensitive = models.BooleanField(default=False)
    shuffle = models.BooleanField("may shuffle options", default=True)
    guidance = models.TextField(blank=True, max_length=LONGEST_TEXT, help_text="For those who mark.")
    feedback = models.TextField(blank=True, max_length=LONGEST_TEXT, help_text="Shown with the right answer. Markdown.")

    choices: RelatedManager[Choice]

    class Meta:
        ordering = ["section", "position", "pk"]

    def __str__(self) -> str:
        return f"{self.position}. {self.name or self.text[:60]}"

    @property
    def exam(self) -> Exam:
        return self.section.version.exam


class Choice(models.Model):
    """By the question's kind: an option; an accepted answer; a pair (``text`` to ``match``, without ``text`` a match
    that fits nothing); or an item, ``position`` being its right place."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices")
    position = models.PositiveIntegerField(default=1)
    text = models.CharField(max_length=2000, blank=True)
    correct = models.BooleanField(default=False)
    credit = models.DecimalField(
        "credit (%)",
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(-100)), MaxValueValidator(Decimal(100))],
        help_text="Share of the points; empty: worked out from what is correct.",
    )
    match = models.CharField(max_length=2000, blank=True)
    feedback = models.TextField(blank=True)

    class Meta:
        ordering = ["question", "position", "pk"]

    def __str__(self) -> str:
        return self.text or self.match


class QuestionPicture(models.Model):
    """A picture that texts of an exam's questions show, as ``![alt](picture:<id>)``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="pictures")
    file = models.CharField(max_length=200, help_text="Storage name.")
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=32)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    added_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="question_pictures")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-added_at"]
        constraints = [models.UniqueConstraint(fields=["exam", "sha256"], name="one_picture_an_exam")]

    def __str__(self) -> str:
        return f"{self.width} × {self.height}, {self.content_type}"
