"""Mail to people: plain text, made and sent outside the request. Nothing here tells the log whom it went to."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import int_to_base36
from kombu.exceptions import OperationalError

from exams.models import Invitation, User
from exams.services.invitations import token_of
from proctor_site import background

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 20  # ten minutes apart, see CELERY_BEAT_SCHEDULE
BATCH = 50  # so that a thousand invitations do not hold up everything else that runs outside requests
# What allauth calls each of them, and what the person is told.
NOTICES = {
    "account/email/password_changed": "The password of your account was changed.",
    "account/email/password_set": "Your account has a password now.",
    "account/email/password_reset": "The password of your account was set anew by a link sent to this address.",
    "mfa/email/totp_activated": "An authenticator app was added to your account as a second factor.",
    "mfa/email/totp_deactivated": "The authenticator app was removed from your account.",
    "mfa/email/webauthn_added": "A security key was added to your account as a second factor.",
    "mfa/email/webauthn_removed": "A security key was removed from your account.",
    "mfa/email/recovery_codes_generated": "New recovery codes were made for your account; the old ones are void.",
    "socialaccount/email/account_connected": "Your account can now be entered by your institution’s single sign-on.",
    "two_factor_reset": "An administrator removed the second factors of your account.",
}


def address_of(name: str, *args: Any) -> str:
    return settings.PROCTOR_BASE_URL.rstrip("/") + reverse(name, args=args)


def compose(template: str, to: str, context: dict[str, Any]) -> EmailMessage:
    """The template's first line is the subject."""
    text = render_to_string(f"mail/{template}.txt", {"base_url": settings.PROCTOR_BASE_URL, **context})
    subject, _, body = text.strip().partition("\n")
    return EmailMessage(" ".join(subject.split()), body.strip() + "\n", to=[to])


def send(message: EmailMessage, what: str, connection: BaseEmailBackend | None = None) -> str:
    """Empty, or why it did not leave. ``what`` names it in the log."""
    message.connection = connection
    try:
        message.send()
    except (SMTPException, OSError, ValueError) as error:  # the last: an address no mail header can hold
        logger.warning("%s could not be sent: %s.", what, type(error).__name__)
        return f"{type(error).__name__}: {error}"[:300]
    return ""


# ---- Asked for by a request ----


def send_invitations_soon() -> None:
    """All that wait. What cannot be handed over is sent by the timetable."""
    from exams import tasks

    transaction.on_commit(partial(_hand_over, tasks.send_invitations))


def send_password_reset_soon(user_ids: list[int]) -> None:
    """Also for nobody: the answer to an address that no one has takes as long."""
    from exams import tasks

    transaction.on_commit(partial(_hand_over, tasks.send_password_resets, user_ids))


def send_notice_soon(user_id: int, notice: str) -> None:
    from exams import tasks

    if notice in NOTICES:
        transaction.on_commit(partial(_hand_over, tasks.send_notice, user_id, notice))


def _hand_over(task: Any, *args: Any) -> None:
    try:
        background.run(task, *args)
    except (background.Busy, OperationalError) as error:
        logger.error("%s could not be handed over: %s.", task.name, type(error).__name__)


# ---- Done by a task ----


def send_waiting_invitations(now: datetime) -> bool:
    """One batch; true when more wait that were never tried. Others wait for the timetable."""
    waiting = Invitation.objects.open_at(now).filter(sent_at__isnull=True, send_attempts__lt=MOST_ATTEMPTS)
    batch = list(waiting.select_related("institution", "exam", "invited_by").order_by("send_attempts", "pk")[:BATCH])
    if not batch:
        return False
    connection = get_connection()
    try:
        connection.open()
    except (SMTPException, OSError) as error:
        logger.error("The mail server cannot be reached: %s.", type(error).__name__)
        reason = f"The mail server could not be reached ({type(error).__name__})."
        Invitation.objects.filter(pk__in=[one.pk for one in batch]).update(send_error=reason)
        return False
    try:
        for invitation in batch:
            _send_invitation(invitation, connection)
    finally:
        connection.close()
    return waiting.filter(send_attempts=0).exists()


def _send_invitation(invitation: Invitation, connection: BaseEmailBackend) -> None:
    """Taken before it is sent, so that two processes do not send it twice."""
    mine = Invitation.objects.filter(pk=invitation.pk, sent_at__isnull=True, send_attempts=invitation.send_attempts)
    if not mine.update(sent_at=timezone.now(), send_attempts=invitation.send_attempts + 1, send_error=""):
        return
    link = address_of("invitation", token_of(invitation))
    place = " ".join(invitation.institution.name.split())  # stands in the subject, which is one line
    message = compose("invitation", invitation.email, {"invitation": invitation, "place": place, "link": link})
    error = send(message, f"Invitation {invitation.pk}", connection)
    if error:
        Invitation.objects.filter(pk=invitation.pk).update(sent_at=None, send_error=error)


def send_password_resets(user_ids: list[int]) -> None:
    for user in User.objects.filter(pk__in=user_ids, is_active=True).exclude(email=""):
        key = f"{int_to_base36(user.pk)}-{default_token_generator.make_token(user)}"
        uid, _, token = key.partition("-")
        link = address_of("account_reset_password_from_key", uid, token)
        hours = settings.PASSWORD_RESET_TIMEOUT // 3600
        message = compose("password_reset", user.email, {"user": user, "link": link, "hours": hours})
        send(message, f"A password reset of person {user.pk}")


def send_notice(user_id: int, notice: str) -> None:
    user = User.objects.filter(pk=user_id).exclude(email="").first()
    if user is not None:
        context = {"user": user, "sentence": NOTICES[notice], "link": address_of("account")}
        send(compose("notice", user.email, context), f"A notice to person {user.pk}")
