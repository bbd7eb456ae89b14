"""What an institution grants a candidate so that the exam measures what it should."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from exams.models.exams import Exam
from exams.models.people import Institution, User

MOST_MINUTES = 1440


class Accommodation(models.Model):
    """For one exam, or for all exams of the institution. The reason is for those who grant it, not those who watch."""

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="accommodations")
    candidate = models.ForeignKey(User, on_delete=models.CASCADE, related_name="accommodations")
    exam = models.ForeignKey(
        Exam,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="accommodations",
        help_text="Empty: all exams of the institution.",
    )
    extra_minutes = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(MOST_MINUTES)], help_text="Added to the exam’s duration."
    )
    time_factor = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal(1)), MaxValueValidator(Decimal(5))],
        help_text="The exam’s duration times this; 1.25 is a quarter more.",
    )
    break_minutes = models.PositiveIntegerField(
        default=0,
        validators=[MaxValueValidator(MOST_MINUTES)],
        help_text="Breaks the candidate may take, in all, that stop the clock.",
    )
    larger_type = models.BooleanField(default=False)
    reason = models.TextField(help_text="Seen by administrators and authors only.")
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="accommodations_granted")
    granted_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="accommodations_revoked"
    )

    class Meta:
        ordering = ["-granted_at"]

    def __str__(self) -> str:
        return f"{self.candidate.display_name}: {self.exam or self.institution}"

    @property
    def brings_nothing(self) -> bool:
        """Of time and looks; what else hangs on it may still."""
        return not (self.extra_minutes or self.break_minutes or self.larger_type) and self.time_factor == 1
