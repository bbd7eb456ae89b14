"""Institutions, people, their roles, and how they are invited."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


def validate_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(f"“{value}” is no time zone; use a name such as Europe/Berlin.")


class User(AbstractUser):
    """Anyone who signs in. What they may do follows from their memberships."""

    # The address that this person has shown to be theirs, by a link sent there or by single sign-on. Until it is their
    # ``email``, whoever made the account may know its password (exams.services.newcomers).
    proven_email = models.EmailField(blank=True, editable=False)

    memberships: RelatedManager[Membership]

    class Meta(AbstractUser.Meta):
        verbose_name = "person"
        verbose_name_plural = "people"
        # Everybody may sign in with their address, however they capitalise it; iexact compares UPPER.
        indexes = [models.Index(Upper("email"), name="user_by_email")]

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

    @property
    def whom_to_ask(self) -> str:
        return self.contact or self.name


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
        verbose_name = "role"
        ordering = ["institution", "role", "user"]
        constraints = [models.UniqueConstraint(fields=["user", "institution", "role"], name="one_membership_a_role")]

    def __str__(self) -> str:
        return f"{self.user.display_name}, {self.get_role_display()} at {self.institution}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open_at(self, moment: datetime) -> InvitationQuerySet:
        """Those that can be accepted."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=moment)


class Invitation(models.Model):
    """An address asked to join with one role. The mail carries a signed link; the row says whether it still counts."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting to be sent"
        SENT = "sent", "Sent"
        ACCEPTED = "accepted", "Accepted"
        REVOKED = "revoked", "Revoked"
        EXPIRED = "expired", "Expired"

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
    first_name = models.CharField(max_length=150, blank=True, help_text="From a roster; the person may correct it.")
    last_name = models.CharField(max_length=150, blank=True)
    reference = models.CharField(max_length=64, blank=True, help_text="The number of the person at the institution.")
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="invitations_sent")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    send_attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    send_error = models.CharField(max_length=300, blank=True, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitations_accepted"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.email}, {self.get_role_display()} at {self.institution}"

    def is_open(self, moment: datetime | None = None) -> bool:
        """Whether it can be accepted."""
        moment = moment or timezone.now()
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > moment

    @property
    def state(self) -> Invitation.State:
        if self.accepted_at is not None:
            return self.State.ACCEPTED
        if self.revoked_at is not None:
            return self.State.REVOKED
        if not self.is_open():
            return self.State.EXPIRED
        return self.State.WAITING if self.sent_at is None else self.State.SENT
