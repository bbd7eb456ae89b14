"""Who is behind an open socket now: it may have been opened hours ago, by somebody who has signed out since."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from exams.accounts import two_factor
from exams.models import User


def signed_in(scope: Mapping[str, Any]) -> User | AnonymousUser:
    """Asked of the database: nobody after signing out, being deactivated or getting another password."""
    request = HttpRequest()
    request.session = session_of(scope)
    user = get_user(request)
    return user if isinstance(user, User) else AnonymousUser()


def lacks_second_factor(scope: Mapping[str, Any]) -> bool:
    """Of staff who need one, as pages and the API ask it of them."""
    return two_factor.missing(scope["user"], session_of(scope)) is not None


def session_of(scope: Mapping[str, Any]) -> SessionBase:
    """Read anew."""
    session: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(scope["session"].session_key)
    return session
