"""Institutions, people, their roles, and how they are invited."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
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

    staff_two_factor = models.BooleanField(
        "staff need two-factor",
        default=False,
        help_text="Staff of this institution sign in with a second factor, and set one up before they go on.",
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
    reference = models.CharField(
        max_length=64, blank=True, help_text="The number under which the institution knows this person."
    )

    class Meta:
        ordering = ["institution", "role", "user"]
        constraints = [models.UniqueConstraint(fields=["user", "institution", "role"], name="one_membership_a_role")]

    def __str__(self) -> str:
        return f"{self.user.display_name}, {self.get_role_display()} at {self.institution}"


class Invitation(models.Model):
    """An address asked to join with one role. The mail carries a signed link; the row says whether it still counts."""

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=16, choices=Role.choices)
    exam = models.ForeignKey(
        "exams.Exam",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="invitations",
        help_text="A candidate is enrolled in it on accepting.",
    )
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="invitations_sent")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitations_accepted"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.email}, {self.get_role_display()} at {self.institution}"
