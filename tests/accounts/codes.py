"""An authenticator app, for tests."""

from __future__ import annotations

import time

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value
from django.core.cache import cache

from exams.models import User


def app_of(user: User) -> str:
    """Set one up; returns its secret."""
    secret = str(generate_totp_secret())
    TOTP.activate(user, secret)
    return secret


def code(secret: str) -> str:
    """What the app shows now. A code counts once, so that it was used is forgotten: no test waits for the next one."""
    cache.clear()
    return f"{hotp_value(secret, int(time.time()) // 30):06}"
