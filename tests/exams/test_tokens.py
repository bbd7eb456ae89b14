"""Keys for programs: shown once, stored as a digest, ended by time, by revoking and with their owner."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from exams.models import ApiToken, User
from exams.services import tokens
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return factories.user()


def make(owner: User, **changed: object) -> tuple[ApiToken, str]:
    wanted: dict[str, object] = {"name": "Registry", "scope": "read", "days": 90} | changed
    return tokens.make_token(user=owner, **wanted)  # type: ignore[arg-type]


def test_a_key_leads_to_its_owner_and_is_not_stored(owner: User) -> None:
    token, key = make(owner)
    assert tokens.token_of(key, timezone.now()) == token
    assert key.startswith(token.prefix)
    stored = str(ApiToken.objects.filter(pk=token.pk).values())
    assert key not in stored
    assert key[tokens.PREFIX_LENGTH :] not in stored


def test_it_ends_with_its_time(owner: User) -> None:
    _, key = make(owner, days=1)
    assert tokens.token_of(key, timezone.now() + timedelta(hours=23)) is not None
    assert tokens.token_of(key, timezone.now() + timedelta(hours=25)) is None


def test_it_ends_when_revoked_and_with_its_owner(owner: User) -> None:
    token, key = make(owner)
    _, other = make(owner)
    tokens.revoke_token(token=token)
    assert tokens.token_of(key, timezone.now()) is None
    owner.is_active = False
    owner.save()
    assert tokens.token_of(other, timezone.now()) is None


def test_use_is_noted_once_a_minute(owner: User) -> None:
    token, key = make(owner)
    first = timezone.now()
    for later in (0, 30, 61):
        tokens.token_of(key, first + timedelta(seconds=later))
    token.refresh_from_db()
    assert token.last_used_at == first + timedelta(seconds=61)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scope": "everything"}, "scope"),
        ({"days": 0}, "days"),
        ({"days": 400}, "days"),
    ],
)
def test_what_is_no_sensible_key_is_refused(owner: User, changed: dict[str, object], field: str) -> None:
    with pytest.raises(tokens.TokenRefused) as refused:
        make(owner, **changed)
    assert refused.value.field == field
    assert not ApiToken.objects.exists()
