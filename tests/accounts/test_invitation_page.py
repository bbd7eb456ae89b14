"""The page that the link in an invitation opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.signals import password_reset
from django.test import Client
from django.utils import timezone

from exams.models import ApiToken, Invitation, Role, User
from exams.services import invitations
from tests import factories

pytestmark = pytest.mark.django_db
GOOD = {"first_name": "Anna", "last_name": "Larsson", "password": "correct horse 9"}


@pytest.fixture
def invitation() -> Invitation:
    place = factories.institution("Nordic University")
    return invitations.invite(institution=place, email="anna@example.org", role=Role.CANDIDATE, by=None)


def page(invitation: Invitation) -> str:
    return f"/invitations/{invitations.token_of(invitation)}/"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_newcomer_makes_an_account_and_is_in(client: Client, invitation: Invitation) -> None:
    shown = text(client.get(page(invitation)))
    assert "Nordic University invites you" in shown
    assert "anna@example.org" in shown
    assert client.post(page(invitation), GOOD)["Location"] == "/"
    user = User.objects.get()
    assert client.session["_auth_user_id"] == str(user.pk)
    assert "Nordic University" in text(client.get("/accounts/"))
    client.logout()
    client.post("/accounts/login/", {"username": "anna@example.org", "password": GOOD["password"]})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_what_a_roster_knew_of_the_person_is_there(client: Client, invitation: Invitation) -> None:
    Invitation.objects.update(first_name="Åsa", last_name="Öberg")
    assert 'value="Åsa"' in text(client.get(page(invitation)))


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ({"first_name": ""}, "required"),
        ({"last_name": " "}, "required"),
        ({"password": ""}, "required"),
        ({"password": "anna@example.org"}, "too similar"),
        ({"password": "short"}, "too short"),
        ({"password": "password1"}, "too common"),
    ],
)
def test_what_is_missing_or_weak_is_said_at_the_field(
    client: Client, invitation: Invitation, missing: dict[str, str], words: str
) -> None:
    answer = client.post(page(invitation), GOOD | missing)
    assert words in text(answer)
    assert not User.objects.exists()


def test_names_stay_text(client: Client, invitation: Invitation) -> None:
    client.post(page(invitation), GOOD | {"first_name": "<script>alert(1)</script>"})
    assert "&lt;script&gt;alert(1)" in text(client.get("/accounts/"))


def test_who_has_an_account_signs_in_and_accepts(client: Client, invitation: Invitation) -> None:
    user = factories.user("anna", email="Anna@example.org")
    shown = text(client.get(page(invitation)))
    assert "There is an account with this address already" in shown
    assert 'name="password"' not in shown
    client.post(page(invitation), GOOD)
    assert User.objects.count() == 1
    client.post("/accounts/login/", {"username": "anna", "password": factories.PASSWORD})
    assert client.post(page(invitation))["Location"] == "/"
    assert user.memberships.get().institution == invitation.institution


def test_a_password_that_another_institution_may_know_does_not_come_along(
    client: Client, invitation: Invitation
) -> None:
    """Its administrator could have made the account, and would get in here with it."""
    user = factories.user("anna", email="Anna@example.org", role=Role.CANDIDATE)
    ApiToken.objects.create(user=user, name="robot", prefix="p", digest="d")
    client.force_login(user)
    assert "Choose one that only you know" in text(client.get(page(invitation)))
    client.post(page(invitation), {"password": ""})
    client.post(page(invitation), {"password": "short"})
    assert not user.memberships.filter(institution=invitation.institution).exists()
    client.post(page(invitation), {"password": "correct horse 9"})
    user.refresh_from_db()
    assert user.check_password("correct horse 9")
    assert user.memberships.filter(institution=invitation.institution).exists()
    assert client.get("/accounts/").status_code == 200
    assert ApiToken.objects.get().revoked_at is not None


@pytest.mark.parametrize("proof", ["invitation", "mail"])
def test_a_password_that_is_surely_ones_own_stays(client: Client, invitation: Invitation, proof: str) -> None:
    if proof == "invitation":
        first = invitations.invite(
            institution=factories.institution(), email="anna@example.org", role=Role.PROCTOR, by=None
        )
        client.post(page(first), GOOD)
        user = User.objects.get()
    else:
        user = factories.user("anna", email="anna@example.org", role=Role.CANDIDATE)
        password_reset.send(sender=User, request=None, user=user)
        client.force_login(user)
    assert 'name="password"' not in text(client.get(page(invitation)))
    assert client.post(page(invitation))["Location"] == "/"
    assert user.memberships.filter(institution=invitation.institution).exists()


def test_a_newcomer_need_not_type_the_password_again_for_the_second_factor(
    client: Client, invitation: Invitation
) -> None:
    client.post(page(invitation), GOOD)
    assert client.get("/accounts/2fa/app/add/").status_code == 200


def test_looking_accepts_nothing(client: Client, invitation: Invitation) -> None:
    client.force_login(factories.user(email="anna@example.org"))
    client.get(page(invitation))
    client.head(page(invitation))
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_somebody_else_who_is_signed_in_cannot_accept(client: Client, invitation: Invitation) -> None:
    other = factories.user(email="ben@example.org")
    client.force_login(other)
    assert "Sign out and come back here" in text(client.get(page(invitation)))
    client.post(page(invitation), GOOD)
    assert not other.memberships.exists()
    assert User.objects.count() == 1


def test_a_closed_account_is_not_opened_by_an_invitation(client: Client, invitation: Invitation) -> None:
    factories.user(email="anna@example.org", is_active=False)
    assert "it was closed" in text(client.get(page(invitation)))
    client.post(page(invitation), GOOD)
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"accepted_at": timezone.now()}, "was accepted already"),
        ({"revoked_at": timezone.now()}, "was withdrawn"),
        ({"expires_at": timezone.now() - timedelta(days=1)}, "has expired"),
    ],
)
def test_one_that_no_longer_counts_says_what_to_do(
    client: Client, invitation: Invitation, fields: dict[str, object], words: str
) -> None:
    Invitation.objects.update(**fields)
    for answer in (client.get(page(invitation)), client.post(page(invitation), GOOD)):
        assert answer.status_code == 410
        assert words in text(answer)
    assert not User.objects.exists()


@pytest.mark.parametrize("token", ["nonsense", "MQ:1abcde:signature", "..%2F", "%00"])
def test_a_wrong_link_says_what_to_do(client: Client, invitation: Invitation, token: str) -> None:
    answer = client.get(f"/invitations/{token}/")
    assert answer.status_code == 404
    if token != "..%2F":
        assert "copy the whole address" in text(answer)


def test_no_page_of_it_is_kept_by_a_browser(client: Client, invitation: Invitation) -> None:
    assert "no-store" in client.get(page(invitation))["Cache-Control"]
