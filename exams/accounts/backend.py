"""Checks a name and a password, after the lock."""

from __future__ import annotations

from typing import Any

from axes.backends import AxesBackend
from django.http import HttpRequest

from exams.accounts.people import person_called
from exams.models import User


class Backend(AxesBackend):
    """Who is locked out is refused before the password is looked at. Everybody else costs one hash, strangers too."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **other: Any,
    ) -> User | None:
        """``email``, which allow passes where the name looks like one, means the same as ``username``."""
        login = username or other.get("email") or ""
        if request is not None:  # a shell or a test that signs somebody in comes from nowhere
            super().authenticate(request, username=login, password=password)  # raises for who is locked out
        if not login or not password:
            return None
        user = person_called(login)
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None
