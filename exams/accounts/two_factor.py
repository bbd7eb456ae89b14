"""Who needs a second factor, and whether this session has one.

The doors ask ``missing``: the middleware for pages and for what a session does in the API, the token sign-in for
tokens, the proctors' WebSockets for themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from exams.models import Membership, User
from exams.services.roles import STAFF

PROVED = "second_factor"  # in the session: the id of the factor that was shown or set up in it
PROVED_AT = "second_factor_at"
CODE = "two_factor_required"  # of the API's answer


class Missing(Enum):
    """What the person has to do, in words for the API."""

    SETUP = "Staff of your institution need a second factor. Set it up on your account's page, then go on."
    CODE = "Sign in with your second factor, then go on."


def is_required_of(user: User | AnonymousUser) -> bool:
    """Superusers where the site wants it; staff of an institution that wants it, wherever else they work too."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if user.is_superuser and settings.PROCTOR_REQUIRE_2FA:
        return True
    return Membership.objects.filter(user=user, role__in=STAFF, institution__staff_two_factor=True).exists()


def factors_of(user: User) -> QuerySet[Authenticator]:
    """Recovery codes stand in for a factor and are none."""
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)


def missing(user: User | AnonymousUser, session: Mapping[str, Any] | None) -> Missing | None:
    """None for whoever may go on. Without a session (a token, made by somebody who had signed in) only the set-up
    counts."""
    if not isinstance(user, User) or not is_required_of(user):
        return None
    held = dict(Authenticator.objects.filter(user=user).values_list("pk", "type"))
    if set(held.values()) <= {Authenticator.Type.RECOVERY_CODES}:
        return Missing.SETUP
    return None if session is None or session.get(PROVED) in held else Missing.CODE


def reset(user: User) -> int:
    """Take away all second factors, of somebody who has lost theirs; says how many there were."""
    count = factors_of(user).count()
    Authenticator.objects.filter(user=user).delete()
    return count
