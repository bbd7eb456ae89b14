"""Who needs a second factor, and whether this session has one.

The doors ask ``missing``: the middleware for pages and for what a session does in the API, the token sign-in for
tokens, the proctors' WebSockets for themselves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from enum import Enum
from functools import wraps
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from exams.models import Membership, User
from exams.services.roles import STAFF

PROVED = "second_factor"  # in the session: the id of the factor that was shown or set up in it
PROVED_AT = "second_factor_at"
RECORDS = "account_authentication_methods"  # allauth's, in the session
JUST_NOW_SECONDS = 300
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
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=user)
    return found.exclude(type=Authenticator.Type.RECOVERY_CODES)


def missing(user: User | AnonymousUser, session: Mapping[str, Any] | None) -> Missing | None:
    """None for whoever may go on. Without a session (a token, made by somebody who had signed in) only the set-up
    counts."""
    if not isinstance(user, User) or not is_required_of(user):
        return None
    held = dict(Authenticator.objects.filter(user=user).values_list("pk", "type"))
    if set(held.values()) <= {Authenticator.Type.RECOVERY_CODES}:
        return Missing.SETUP
    return None if session is None or session.get(PROVED) in held else Missing.CODE


def must_prove_again(request: HttpRequest) -> bool:
    """Before anything that protects the account is changed: with the second factor by who has one, otherwise with the
    password. Not by who has just done so: who must set up a second factor has typed their password already; and not
    by who has neither, but comes in through single sign-on."""
    user, session = request.user, request.session
    if not isinstance(user, User):
        return True
    if factors_of(user).exists():
        newest = session.get(PROVED_AT, 0.0)
    elif user.has_usable_password():
        newest = max((record["at"] for record in session.get(RECORDS) or []), default=0.0)
    else:
        return False
    return bool(time.time() - newest > JUST_NOW_SECONDS)


def guarded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view that changes what protects the account. allauth asks as well; in some versions a password is enough."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and must_prove_again(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return inner


def reset(user: User) -> int:
    """Take away all second factors, of somebody who has lost theirs; says how many there were."""
    count = factors_of(user).count()
    Authenticator.objects.filter(user=user).delete()
    return count
