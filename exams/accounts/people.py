"""Whom a name on the sign-in page means."""

from __future__ import annotations

from exams.models import User


def person_called(login: str) -> User | None:
    """By user name as it is written, else however it is capitalised, else by e-mail address.

    A name or address that fits several people is nobody's: they sign in with their exact user names.
    """
    login = login.strip()
    if not login or "\0" in login:
        return None
    exact = User.objects.filter(username=login).first()
    if exact is not None:
        return exact
    return _only(username__iexact=login) or ("@" in login and _only(email__iexact=login, is_active=True)) or None


def _only(**fields: object) -> User | None:
    found = list(User.objects.filter(**fields)[:2])
    return found[0] if len(found) == 1 else None
