"""Single sign-on against a real provider: who gets in, to which account, and who does not."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.conf import LazySettings
from django.test import Client

from exams.models import Invitation, Role, User
from exams.services import invitations
from tests import factories
from tests.accounts.codes import app_of
from tests.accounts.provider import CLIENT_ID, CLIENT_SECRET, Provider, new_key

pytestmark = pytest.mark.django_db
ANNA = {
    "sub": "4711",
    "email": "Anna@Example.org",
    "email_verified": True,
    "given_name": "Anna",
    "family_name": "Larsson",
    "picture": "https://example.org/anna.jpg",
}


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.stop()


@pytest.fixture
def provider(running: Provider, settings: LazySettings) -> Provider:
    running.claims, running.overruled, running.userinfo, running.cancels = dict(ANNA), {}, None, False
    running.signing_key = running.key
    app = {"provider_id": "sso", "name": "Example University", "client_id": CLIENT_ID, "secret": CLIENT_SECRET}
    app["settings"] = {"server_url": running.issuer, "oauth_pkce_enabled": True}  # type: ignore[assignment]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    return running


def come(client: Client, query: str = "") -> Any:
    """From the button to the provider and back; the last answer."""
    away = client.get(f"/accounts/oidc/sso/login/{query}")
    assert away.status_code == 302, away.content.decode()
    back = requests.get(away["Location"], allow_redirects=False, timeout=10).headers["Location"]
    parts = urlsplit(back)
    assert parts.netloc == "testserver"
    return client.get(f"{parts.path}?{parts.query}")


def user_in(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_the_button_is_there_only_with_a_provider(client: Client, provider: Provider, settings: LazySettings) -> None:
    link = '<a class="button" href="/accounts/oidc/sso/login/?next=%2Fpractice%2F">Sign in with Example University</a>'
    assert link in client.get("/accounts/login/?next=/practice/").content.decode().replace("&amp;", "&")
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert "through your institution" not in client.get("/accounts/login/").content.decode()
    assert client.get("/accounts/oidc/sso/login/").status_code == 404


def test_a_verified_address_opens_the_account_that_has_it(client: Client, provider: Provider) -> None:
    user = factories.user("anna", email="anna@example.org", role=Role.CANDIDATE)
    assert come(client, "?next=/practice/")["Location"] == "/practice/"
    assert user_in(client) == str(user.pk)
    assert SocialAccount.objects.get().uid == "4711"


@pytest.mark.parametrize("proven", ["anna@example.org", "other@example.org", ""])
def test_a_password_stays_only_where_the_address_was_proven_before(
    client: Client, provider: Provider, proven: str
) -> None:
    """Somebody else may have made the account, with the address of its owner and a password of their own."""
    user = factories.user(email="anna@example.org", proven_email=proven)
    come(client)
    assert user_in(client) == str(user.pk)
    user.refresh_from_db()
    assert user.has_usable_password() is (proven == "anna@example.org")
    assert user.proven_email == "anna@example.org"


def test_from_then_on_the_providers_id_counts(client: Client, provider: Provider) -> None:
    user = factories.user(email="anna@example.org")
    come(client)
    provider.claims = ANNA | {"email": "new@example.org", "email_verified": False}
    again = Client()
    come(again)
    assert user_in(again) == str(user.pk)
    assert SocialAccount.objects.count() == 1


def test_no_more_is_kept_than_is_needed(client: Client, provider: Provider) -> None:
    factories.user(email="anna@example.org")
    come(client)
    kept = SocialAccount.objects.get().extra_data
    assert set(kept["userinfo"]) == {"sub", "email", "email_verified", "given_name", "family_name"}
    assert not SocialToken.objects.exists()


@pytest.mark.parametrize("verified", [False, "false", None])
def test_an_unverified_address_opens_nothing(client: Client, provider: Provider, verified: object) -> None:
    factories.user(email="anna@example.org")
    provider.claims["email_verified"] = verified
    answer = come(client)
    assert answer.status_code == 403
    assert "email_verified" in answer.content.decode()
    assert user_in(client) is None
    assert not SocialAccount.objects.exists()


def test_a_stranger_is_not_let_in(client: Client, provider: Provider) -> None:
    answer = come(client)
    assert answer.status_code == 403
    assert "Nobody has invited this address yet" in answer.content.decode()
    assert not User.objects.exists()


def test_who_was_invited_gets_an_account_with_all_the_roles(client: Client, provider: Provider) -> None:
    exam = factories.exam()
    other = factories.institution()
    invitations.invite(institution=exam.institution, email="anna@example.org", role=Role.CANDIDATE, by=None, exam=exam)
    invitations.invite(institution=other, email="anna@example.org", role=Role.PROCTOR, by=None)
    come(client)
    user = User.objects.get()
    assert user_in(client) == str(user.pk)
    assert (user.first_name, user.last_name, user.email) == ("Anna", "Larsson", "anna@example.org")
    assert not user.has_usable_password()
    assert set(user.memberships.values_list("role", flat=True)) == {Role.CANDIDATE, Role.PROCTOR}
    assert exam.enrolments.get().candidate == user
    assert {one.state for one in Invitation.objects.all()} == {Invitation.State.ACCEPTED}


def test_a_revoked_invitation_lets_nobody_in(client: Client, provider: Provider) -> None:
    place = factories.institution()
    invited = invitations.invite(institution=place, email="anna@example.org", role=Role.CANDIDATE, by=None)
    invitations.revoke(invitation=invited)
    assert come(client).status_code == 403


def test_an_address_of_two_accounts_opens_neither(client: Client, provider: Provider) -> None:
    factories.user(email="anna@example.org")
    factories.user(email="ANNA@example.org")
    assert "which one is yours" in come(client).content.decode()
    assert user_in(client) is None


@pytest.mark.parametrize("fields", [{"is_active": False}, {"is_superuser": True}])
def test_closed_accounts_and_superusers_are_not_entered_this_way(
    client: Client, provider: Provider, fields: dict[str, Any]
) -> None:
    factories.user(email="anna@example.org", **fields)
    assert come(client).status_code == 403
    assert user_in(client) is None


def test_who_was_deactivated_since_stays_out(client: Client, provider: Provider) -> None:
    user = factories.user(email="anna@example.org")
    come(client)
    client.logout()
    user.is_active = False
    user.save()
    assert come(client)["Location"] == "/accounts/inactive/"
    assert user_in(client) is None


def test_the_second_factor_is_asked_for_too(client: Client, provider: Provider) -> None:
    app_of(factories.user(email="anna@example.org"))
    assert come(client)["Location"] == "/accounts/2fa/authenticate/"
    assert user_in(client) is None


@pytest.mark.parametrize(
    "wrong", [{"iss": "https://evil.example"}, {"aud": "another"}, {"exp": 1}, {"iat": None}, {"sub": None}]
)
def test_a_token_for_somebody_else_or_another_time_is_refused(
    client: Client, provider: Provider, wrong: dict[str, object]
) -> None:
    factories.user(email="anna@example.org")
    provider.overruled = wrong
    claims = provider.claims
    if None in wrong.values():
        provider.overruled, provider.claims = {}, {k: v for k, v in claims.items() if k not in wrong}
        if "iat" in wrong:
            provider.overruled = {"iat": "never"}
    assert come(client).status_code == 401
    assert user_in(client) is None


def test_a_token_that_somebody_else_signed_is_refused(client: Client, provider: Provider) -> None:
    factories.user(email="anna@example.org")
    provider.signing_key = new_key()
    answer = come(client)
    assert answer.status_code == 401
    assert "could not be trusted" in answer.content.decode()


def test_a_key_that_the_provider_changed_is_fetched_anew(client: Client, provider: Provider) -> None:
    factories.user(email="anna@example.org")
    come(client)
    provider.key = provider.signing_key = new_key()
    provider.key_id = "two"
    again = Client()
    come(again)
    assert user_in(again) is not None


def test_the_address_may_come_from_the_userinfo_of_the_same_person(client: Client, provider: Provider) -> None:
    user = factories.user(email="anna@example.org")
    provider.claims, provider.userinfo = {"sub": "4711"}, dict(ANNA)
    come(client)
    assert user_in(client) == str(user.pk)


def test_userinfo_of_somebody_else_is_refused(client: Client, provider: Provider) -> None:
    factories.user(email="anna@example.org")
    provider.claims, provider.userinfo = {"sub": "4711"}, ANNA | {"sub": "4712"}
    assert come(client).status_code == 401


def test_an_answer_that_was_not_asked_for_is_refused(client: Client, provider: Provider) -> None:
    factories.user(email="anna@example.org")
    away = client.get("/accounts/oidc/sso/login/")
    back = urlsplit(requests.get(away["Location"], allow_redirects=False, timeout=10).headers["Location"])
    other = Client()
    assert other.get(f"{back.path}?{back.query}").status_code == 401
    assert user_in(other) is None


def test_who_turns_round_at_the_provider_is_told_how_to_go_on(client: Client, provider: Provider) -> None:
    provider.cancels = True
    answer = come(client)
    assert "You are not signed in" in client.get(answer["Location"]).content.decode()


def test_a_provider_that_is_away_is_no_fault_of_the_site(
    client: Client, provider: Provider, settings: LazySettings
) -> None:
    gone = Provider()
    gone.stop()
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = gone.issuer
    answer = client.get("/accounts/oidc/sso/login/")
    assert answer.status_code == 401
    assert "could not be reached" in answer.content.decode()


def test_a_signed_in_person_joins_no_identity_by_hand(client: Client, provider: Provider) -> None:
    """allauth would connect whoever comes back to whoever is signed in."""
    mallory = factories.user()
    client.force_login(mallory)
    come(client, "?process=connect")
    assert not SocialAccount.objects.filter(user=mallory).exists()


def test_a_class_asks_the_provider_once_what_it_is(client: Client, provider: Provider) -> None:
    factories.user(email="anna@example.org")
    before = provider.discoveries
    for _ in range(3):
        come(Client())
    assert provider.discoveries == before + 1


def test_the_log_names_nobody(client: Client, provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        come(client)
        provider.signing_key = new_key()
        come(client)
    assert "Single sign-on failed" in caplog.text
    assert "nna" not in caplog.text
    assert "4711" not in caplog.text


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"ISSUER": "https://id.example.org"}, "PROCTOR_OIDC_CLIENT_ID and PROCTOR_OIDC_CLIENT_SECRET are missing"),
        ({"ISSUER": "https://id.example.org", "CLIENT_ID": "x"}, "PROCTOR_OIDC_CLIENT_SECRET is missing"),
        ({"NAME": "University"}, "PROCTOR_OIDC_ISSUER and"),
        ({"ISSUER": "http://id.example.org", "CLIENT_ID": "x", "CLIENT_SECRET": "y"}, "must be an https:// address"),
    ],
)
def test_half_a_configuration_is_an_error_that_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], sentence: str
) -> None:
    from django.core.exceptions import ImproperlyConfigured

    from proctor_site.account_settings import single_sign_on

    for name, value in given.items():
        monkeypatch.setenv(f"PROCTOR_OIDC_{name}", value)
    with pytest.raises(ImproperlyConfigured, match=sentence):
        single_sign_on()


def test_a_whole_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    from proctor_site.account_settings import single_sign_on

    assert single_sign_on() == {}
    given = {"ISSUER": "https://id.example.org/", "CLIENT_ID": "x", "CLIENT_SECRET": "y", "NAME": "University"}
    for name, value in given.items():
        monkeypatch.setenv(f"PROCTOR_OIDC_{name}", value)
    [app] = single_sign_on()["openid_connect"]["APPS"]
    assert (app["name"], app["settings"]["server_url"]) == ("University", "https://id.example.org")
