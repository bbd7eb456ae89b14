"""What happens to second factors and passwords, as allauth tells it."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.signals import password_reset
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_used
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from exams.accounts.two_factor import PROVED, PROVED_AT
from exams.models import User
from exams.services.newcomers import note_proof


@receiver([authenticator_used, authenticator_added])
def remember(request: HttpRequest, authenticator: Any, **kwargs: Any) -> None:
    """Who shows a second factor, or has just set one up, need not show it again in this session."""
    request.session[PROVED] = authenticator.pk
    request.session[PROVED_AT] = time.time()


@receiver(password_reset)
def proved_by_mail(user: User, **kwargs: Any) -> None:
    note_proof(user)


@receiver(authentication_failed)
def count_wrong_code(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """As a wrong password counts."""
    user_login_failed.send(sender=__name__, credentials={"username": user.username}, request=request)
