"""Accounts of people who come by invitation or by single sign-on."""

from __future__ import annotations

from itertools import count

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils import timezone

from exams.models import ApiToken, Institution, User

LONGEST_USERNAME = 150


def users_with_email(email: str) -> list[User]:
    """Everybody with the address, however it is capitalised; those who may no longer sign in too."""
    return list(User.objects.filter(email__iexact=email.strip())[:20]) if email.strip() else []


def make_newcomer(*, email: str, first_name: str, last_name: str, password: str | None) -> User:
    """``password`` was checked by the form. Without one, the account has none that works."""
    user = User(username=free_username(email), email=email, first_name=first_name[:150], last_name=last_name[:150])
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save()
    return user


def has_proven_address(user: User) -> bool:
    return bool(user.email) and user.proven_email == user.email.lower()


def note_proof(user: User) -> None:
    """They have opened a link that was sent to their address, or their provider vouches for it."""
    if not has_proven_address(user):
        user.proven_email = user.email.lower()
        user.save(update_fields=["proven_email"])


def needs_own_password(user: User, institution: Institution) -> bool:
    """Before an account gets into another institution: its password may be known to an administrator of the one that
    made it, who must not get in there with it."""
    elsewhere = user.memberships.exclude(institution=institution)
    return user.has_usable_password() and not has_proven_address(user) and elsewhere.exists()


def shut_out_others(user: User, password: str | None) -> None:
    """A password that only its owner knows, or none; keys made by whoever knew the old one end, and sessions too."""
    user.set_password(password) if password is not None else user.set_unusable_password()
    user.save(update_fields=["password"])
    ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=timezone.now())


def free_username(email: str) -> str:
    """The address itself where it can be one and nobody has it, so that there is only one name to remember."""
    wanted = email.lower()
    try:
        UnicodeUsernameValidator()(wanted)
    except ValidationError:
        wanted = "".join(letter for letter in wanted if letter.isalnum() or letter in "@.+-_")
    wanted = wanted[:LONGEST_USERNAME] or "user"
    if not _taken(wanted):
        return wanted
    return next(name for name in (f"{wanted[:140]}.{number}" for number in count(2)) if not _taken(name))


def _taken(username: str) -> bool:
    return User.objects.filter(username__iexact=username).exists()
