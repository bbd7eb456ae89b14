"""How mail leaves, and what happens when it does not."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from exams import tasks
from exams.accounts.mail import MOST_ATTEMPTS
from exams.models import Invitation, Role
from exams.services import invitations
from proctor_site.mail import mail_settings
from tests import factories


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("console:", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
        ("file:///var/mail/out", {"EMAIL_FILE_PATH": "/var/mail/out"}),
        ("smtp://relay", {"EMAIL_HOST": "relay", "EMAIL_PORT": 25, "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False}),
        (
            "smtp+starttls://me%40example.org:p%40ss@mail.example.org",
            {
                "EMAIL_HOST_USER": "me@example.org",
                "EMAIL_HOST_PASSWORD": "p@ss",
                "EMAIL_PORT": 587,
                "EMAIL_USE_TLS": True,
            },
        ),
        ("smtps://u:p@mail.example.org:4465", {"EMAIL_PORT": 4465, "EMAIL_USE_SSL": True, "EMAIL_USE_TLS": False}),
    ],
)
def test_one_address_says_how_mail_leaves(url: str, wanted: dict[str, Any]) -> None:
    found = mail_settings(url)
    assert {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "must be console:"),
        ("mail.example.org", "must be console:"),
        ("smtp://", "must be console:"),
        ("imap://u:hunter2@mail.example.org", "must be console:"),
        ("smtp://u:hunter2@mail.example.org", "unencrypted"),
        ("smtps://u@mail.example.org", "without a password"),
        ("smtps://u:hunter2@mail.example.org:port", "cannot be read"),
    ],
)
def test_what_cannot_be_meant_stops_the_start_and_tells_no_password(url: str, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence) as refused:
        mail_settings(url)
    assert "hunter2" not in str(refused.value)


def invited(email: str = "anna@example.org", **fields: Any) -> Invitation:
    place = fields.pop("institution", None) or factories.institution("Nordic\nUniversity")
    made = invitations.invite(institution=place, email=email, role=Role.CANDIDATE, by=None)
    Invitation.objects.filter(pk=made.pk).update(**fields)
    return made


class Picky(EmailBackend):
    """A mail server that refuses some."""

    def send_messages(self, messages: Any) -> int:
        for message in messages:
            if "refused" in message.to[0]:
                from smtplib import SMTPRecipientsRefused

                raise SMTPRecipientsRefused({message.to[0]: (550, b"no such user")})
        return super().send_messages(messages)


class Away(EmailBackend):
    def open(self) -> bool:
        raise ConnectionRefusedError("Connection refused")


@pytest.mark.django_db
def test_an_invitation_is_plain_text_with_its_link() -> None:
    invitation = invited()
    tasks.send_invitations()
    [message] = mail.outbox
    assert message.to == ["anna@example.org"]
    assert message.subject == "Nordic University invites you"
    link = re.search(r"http://127\.0\.0\.1:8000/invitations/(\S+)/\n", str(message.body))
    assert link is not None
    assert invitations.invitation_of(link[1]) == invitation
    assert message.content_subtype == "plain"
    invitation.refresh_from_db()
    assert (invitation.state, invitation.send_attempts) == (Invitation.State.SENT, 1)


@pytest.mark.django_db
def test_it_is_sent_once() -> None:
    invited()
    tasks.send_invitations()
    tasks.send_invitations()
    assert len(mail.outbox) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(days=1)},
        {"send_attempts": MOST_ATTEMPTS},
    ],
)
def test_what_no_longer_counts_is_not_sent(fields: dict[str, Any]) -> None:
    invited(**fields)
    tasks.send_invitations()
    assert mail.outbox == []


@pytest.mark.django_db
def test_one_that_is_refused_does_not_hold_up_the_others(settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_mail.Picky"
    place = factories.institution()
    refused, fine = invited("refused@example.org", institution=place), invited("fine@example.org", institution=place)
    tasks.send_invitations()
    refused.refresh_from_db()
    fine.refresh_from_db()
    assert [message.to for message in mail.outbox] == [["fine@example.org"]]
    assert (refused.state, refused.send_attempts) == (Invitation.State.WAITING, 1)
    assert "no such user" in refused.send_error
    assert fine.state == Invitation.State.SENT


@pytest.mark.django_db
def test_a_server_that_is_away_costs_no_attempt(settings: LazySettings, caplog: pytest.LogCaptureFixture) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_mail.Away"
    invitation = invited()
    tasks.send_invitations()
    invitation.refresh_from_db()
    assert invitation.send_attempts == 0
    assert "could not be reached" in invitation.send_error
    assert "The mail server cannot be reached: ConnectionRefusedError." in caplog.text
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    tasks.send_invitations()
    invitation.refresh_from_db()
    assert (invitation.state, invitation.send_error) == (Invitation.State.SENT, "")


@pytest.mark.django_db
def test_the_log_names_nobody(settings: LazySettings, caplog: pytest.LogCaptureFixture) -> None:
    settings.EMAIL_BACKEND = "tests.accounts.test_mail.Picky"
    user = factories.user("anna", email="refused@example.org")
    invited("refused@example.org")
    with caplog.at_level(logging.INFO):
        tasks.send_invitations()
        tasks.send_password_resets([user.pk])
        tasks.send_notice(user.pk, "two_factor_reset")
    assert caplog.text.count("could not be sent: SMTPRecipientsRefused") == 3
    assert "refused@example" not in caplog.text
    assert "anna" not in caplog.text
