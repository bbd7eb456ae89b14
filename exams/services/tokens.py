"""Keys with which programs act as a person in the API. The key itself is shown once and never stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.utils import timezone

from exams.errors import ExamError
from exams.models import ApiToken, User

BEGINNING = "proctor_"  # so that one that leaked is recognised for what it is
PREFIX_LENGTH = 12
LONGEST_DAYS = 366
NOTED_EVERY = timedelta(minutes=1)  # a busy program does not write a row at each request


class TokenRefused(ExamError):
    code = "token_refused"


def make_token(*, user: User, name: str, scope: str, days: int) -> tuple[ApiToken, str]:
    """The row, and the key, which cannot be had again. Raises TokenRefused."""
    name = name.strip()
    if not name or len(name) > 100:
        raise TokenRefused("Give the key a name of at most 100 characters that says what uses it.", field="name")
    if scope not in ApiToken.Scope.values:
        raise TokenRefused("A key may read, or read and write.", field="scope")
    if not 1 <= days <= LONGEST_DAYS:
        raise TokenRefused(f"A key is good for 1 to {LONGEST_DAYS} days.", field="days")
    key = BEGINNING + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=key[:PREFIX_LENGTH],
        digest=digest_of(key),
        scope=scope,
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token, key


def revoke_token(*, token: ApiToken) -> ApiToken:
    """It opens nothing from now on; again changes nothing."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token


def token_of(key: str, now: datetime) -> ApiToken | None:
    """The row behind a key that still counts, whose owner may still sign in; notes that it was used."""
    token = ApiToken.objects.select_related("user").filter(digest=digest_of(key), revoked_at__isnull=True).first()
    if token is None or not token.user.is_active or (token.expires_at is not None and token.expires_at <= now):
        return None
    if token.last_used_at is None or now - token.last_used_at >= NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def digest_of(key: str) -> str:
    """A key has 256 random bits: no slow hash is needed to keep it from being guessed."""
    return hashlib.sha256(key.encode()).hexdigest()
