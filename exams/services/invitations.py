"""Inviting people by e-mail: a signed link, good once and for two weeks. Nobody signs up by themselves."""

from __future__ import annotations

from datetime import timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from exams.errors import ExamError
from exams.models import Enrolment, Exam, Institution, Invitation, Role, User
from exams.services.newcomers import (
    make_newcomer,
    needs_own_password,
    note_proof,
    shut_out_others,
    users_with_email,
)
from exams.services.roles import give_role

DAYS = 14
SALT = "exams.invitation"


class InvitationRefused(ExamError):
    """Nobody was invited; says why."""

    code = "invitation_refused"


class AlreadyThere(InvitationRefused):
    code = "already_there"


class InvitationClosed(ExamError):
    """Accepted, revoked or expired since the page was opened."""

    code = "invitation_closed"
    message = "This invitation no longer counts. Please ask your institution for a new one."


class AccountExists(ExamError):
    code = "account_exists"
    message = "There is an account with this e-mail address already. Sign in with it to accept the invitation."


class PasswordNeeded(ExamError):
    code = "password_needed"
    message = "Choose a password of your own to join this institution."


def token_of(invitation: Invitation) -> str:
    """For the link in the mail. Whether it still counts is said by the row, so a link can be revoked."""
    return signing.dumps(invitation.pk, salt=SALT)


def invitation_of(token: str) -> Invitation:
    """Raises Invitation.DoesNotExist for a token that was not made here, or whose invitation is gone."""
    try:
        key = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise Invitation.DoesNotExist from None
    return Invitation.objects.select_related("institution", "exam", "invited_by").get(pk=key)


@transaction.atomic
def invite(*, institution: Institution, email: str, role: str, by: User | None, exam: Exam | None = None) -> Invitation:
    """An invitation that waits to be sent; one of the same kind that is still open is renewed instead.

    The caller has made sure that ``by`` may invite here, and sends with ``exams.accounts.mail.send_invitations_soon``.
    Raises InvitationRefused, and AlreadyThere for who has the role (and is enrolled) already.
    """
    email = clean_address(email)
    if role not in Role.values:
        raise InvitationRefused(f"“{role}” is no role.", field="role")
    if exam is not None and exam.institution_id != institution.pk:
        raise InvitationRefused(f"“{exam}” is no exam of {institution}.", field="exam")
    if exam is not None and role != Role.CANDIDATE:
        raise InvitationRefused(
            "Only candidates are enrolled in an exam: leave the exam out, or choose the role Candidate.", field="exam"
        )
    _refuse_who_is_there(institution, email, role, exam)
    now = timezone.now()
    kind = {"institution": institution, "email": email, "role": role, "exam": exam}
    invitation = Invitation.objects.open_at(now).select_for_update().filter(**kind).first()
    if invitation is None:
        return Invitation.objects.create(**kind, invited_by=by, expires_at=now + timedelta(days=DAYS))
    return renew(invitation=invitation)


def clean_address(email: str) -> str:
    """In small letters, as addresses are compared. Raises InvitationRefused."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise InvitationRefused(f"“{email}” is no e-mail address.", field="email") from None
    if len(email) > 254:
        raise InvitationRefused("An e-mail address has at most 254 characters.", field="email")
    return email


def _refuse_who_is_there(institution: Institution, email: str, role: str, exam: Exam | None) -> None:
    for user in users_with_email(email):
        if not user.memberships.filter(institution=institution, role=role).exists():
            continue
        if exam is None or user.enrolments.filter(exam=exam).exists():
            what = f"is enrolled in “{exam}”" if exam else f"is {Role(role).label.lower()} at {institution}"
            raise AlreadyThere(f"{email} {what} already.", field="email")


@transaction.atomic
def renew(*, invitation: Invitation) -> Invitation:
    """Good for another two weeks, and sent again. Raises InvitationClosed for one accepted or revoked."""
    invitation = _locked(invitation)
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise InvitationClosed("An invitation that was accepted or revoked is not sent again. Invite the person anew.")
    invitation.expires_at = timezone.now() + timedelta(days=DAYS)
    invitation.sent_at = None
    invitation.send_attempts = 0
    invitation.send_error = ""
    invitation.save(update_fields=["expires_at", "sent_at", "send_attempts", "send_error"])
    return invitation


@transaction.atomic
def revoke(*, invitation: Invitation) -> Invitation:
    """Its link opens nothing from now on; revoking again changes nothing. Raises InvitationClosed for one accepted."""
    invitation = _locked(invitation)
    if invitation.accepted_at is not None:
        raise InvitationClosed("This invitation was accepted already. Take the role away instead.")
    if invitation.revoked_at is None:
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
    return invitation


@transaction.atomic
def accept(*, invitation: Invitation, user: User, password: str | None = None) -> Invitation:
    """Give ``user`` the role; ``password`` becomes theirs, where ``needs_own_password`` asks for one.

    Raises InvitationClosed, and PasswordNeeded.
    """
    invitation = _locked(invitation)
    if not invitation.is_open():
        raise InvitationClosed
    if needs_own_password(user, invitation.institution):
        if password is None:
            raise PasswordNeeded
        shut_out_others(user, password)
    if user.email.lower() == invitation.email:
        note_proof(user)
    membership = give_role(user=user, institution=invitation.institution, role=invitation.role)
    if invitation.reference and membership.reference != invitation.reference:
        membership.reference = invitation.reference
        membership.save(update_fields=["reference"])
    if invitation.exam is not None:
        Enrolment.objects.get_or_create(exam=invitation.exam, candidate=user)
    invitation.accepted_at = timezone.now()
    invitation.accepted_by = user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return invitation


@transaction.atomic
def accept_as_newcomer(*, invitation: Invitation, first_name: str, last_name: str, password: str | None) -> User:
    """Make an account with the invited address; without a password (single sign-on) none can be used to sign in.

    Raises InvitationClosed, and AccountExists when there is an account with the address.
    """
    invitation = _locked(invitation)
    if not invitation.is_open():
        raise InvitationClosed
    if users_with_email(invitation.email):
        raise AccountExists
    user = make_newcomer(email=invitation.email, first_name=first_name, last_name=last_name, password=password)
    accept(invitation=invitation, user=user)
    return user


def _locked(invitation: Invitation) -> Invitation:
    """A fresh copy nobody else can change before this transaction ends."""
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("institution", "exam")
    return rows.get(pk=invitation.pk)
