"""The second factor: setting it up, showing it, and what stays closed without it."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import LazySettings
from django.core.management import call_command
from django.http.response import HttpResponseBase
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from exams.accounts import two_factor
from exams.models import ApiToken, Role, User
from exams.services.tokens import make_token
from proctor_site import background
from tests import factories
from tests.accounts.codes import app_of, code

pytestmark = pytest.mark.django_db
LOGIN, SHOW, ADD = "/accounts/login/", "/accounts/2fa/authenticate/", "/accounts/2fa/app/add/"
HTML = {"Accept": "text/html"}


def password(client: Client, user: User) -> str:
    answer = client.post(LOGIN, {"username": user.username, "password": factories.PASSWORD})
    return str(answer.headers.get("Location", answer.status_code))


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def strict_staff(role: str = Role.PROCTOR) -> User:
    place = factories.institution()
    place.staff_two_factor = True
    place.save()
    return factories.user(role=role, at=place, is_staff=role != Role.CANDIDATE, email="paul@example.org")


# What follows the commit happens within the request, so these two have real transactions.
committed = pytest.mark.django_db(transaction=True)


def set_up(client: Client) -> HttpResponseBase:
    page = client.get(ADD).content.decode()
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert secret is not None
    answer = client.post(ADD, {"code": code(secret[1])})
    background.join()  # the notice by mail
    return answer


@committed
def test_setting_up_an_app_gives_recovery_codes(client: Client) -> None:
    user = factories.user()
    password(client, user)
    answer = client.get(set_up(client)["Location"])
    codes = re.findall(r"<code>(\d{8})</code>", answer.content.decode())
    assert len(codes) == 10
    assert set(Authenticator.objects.filter(user=user).values_list("type", flat=True)) == {"totp", "recovery_codes"}
    assert b"\n".join(one.encode() for one in codes) in client.get("/accounts/2fa/codes/download/").content


def test_a_wrong_code_sets_nothing_up(client: Client) -> None:
    user = factories.user()
    password(client, user)
    client.get(ADD)
    page = client.post(ADD, {"code": "000000"}).content.decode()
    assert "This code is not right" in page
    assert not Authenticator.objects.filter(user=user).exists()


def test_after_the_password_the_code_is_asked_for(client: Client) -> None:
    user = factories.user(role=Role.CANDIDATE)
    secret = app_of(user)
    assert password(client, user) == SHOW
    assert not signed_in(client)
    assert client.get("/")["Location"] == f"{LOGIN}?next=/"
    client.post(SHOW, {"code": code(secret)})
    assert signed_in(client)


def test_a_code_counts_once(client: Client) -> None:
    user = factories.user()
    shown = code(app_of(user))
    for browser, lets_in in ((client, True), (Client(), False)):
        password(browser, user)
        browser.post(SHOW, {"code": shown})
        assert signed_in(browser) is lets_in


def test_a_recovery_code_counts_once(client: Client) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    user = factories.user()
    app_of(user)
    spare = RecoveryCodes.activate(user).get_unused_codes()[0]
    for browser, lets_in in ((client, True), (Client(), False)):
        password(browser, user)
        browser.post(SHOW, {"code": spare})
        assert signed_in(browser) is lets_in


def test_wrong_codes_lock_as_wrong_passwords_do(client: Client) -> None:
    user = factories.user()
    secret = app_of(user)
    password(client, user)
    for _ in range(4):
        assert client.post(SHOW, {"code": "000000"}).status_code == 200
    answer = client.post(SHOW, {"code": code(secret)})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert not signed_in(client)
    assert AccessAttempt.objects.get().username == user.username
    assert password(Client(), user) == "429"


# ---- Where it is asked for ----


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUTHOR, Role.PROCTOR, Role.REVIEWER])
def test_staff_who_need_one_are_sent_to_set_it_up(client: Client, role: str) -> None:
    client.force_login(strict_staff(role))
    for path in ("/admin/", "/admin/exams/exam/", "/accuracy/"):
        answer = client.get(path, headers=HTML)
        assert answer["Location"] == f"/accounts/2fa/?next={path.replace('/', '%2F')}"
    assert "Staff of your institution need a second factor" in client.get("/accounts/2fa/").content.decode()


def test_what_scripts_fetch_answers_403_with_a_code(client: Client) -> None:
    user = strict_staff()
    exam = factories.exam(user.memberships.get().institution)
    session = factories.session(exam)
    client.force_login(user)
    for path in (f"/sessions/{session.pk}/frame.jpg", f"/sessions/{session.pk}/export.json", "/api/v1/nothing/here/"):
        answer = client.get(path)
        assert answer.status_code in (403, 404)
        if answer.status_code == 403:
            assert answer.json()["code"] == "two_factor_required"
    assert client.get(f"/sessions/{session.pk}/export.json").status_code == 403


def test_what_they_post_is_not_done(client: Client) -> None:
    user = strict_staff(Role.ADMINISTRATOR)
    client.force_login(user)
    other = factories.user(role=Role.CANDIDATE, at=user.memberships.get().institution)
    url = f"/admin/exams/user/{other.pk}/change/"
    answer = client.post(url, {"username": "changed", "is_active": "on"}, headers=HTML)
    assert answer["Location"] == "/accounts/2fa/"
    other.refresh_from_db()
    assert other.username != "changed"


@pytest.mark.parametrize("path", ["/", "/practice/", "/accounts/", "/accounts/password/change/"])
def test_what_is_their_own_stays_open(client: Client, path: str) -> None:
    user = strict_staff()
    factories.exam(candidates=(user,))
    client.force_login(user)
    assert client.get(path, headers=HTML).status_code == 200


def test_an_older_session_has_to_show_it(client: Client) -> None:
    user = strict_staff()
    client.force_login(user)
    secret = app_of(user)
    to_show = client.get("/admin/", headers=HTML)["Location"]
    assert to_show == "/accounts/2fa/show/?next=%2Fadmin%2F"
    to_code = client.get(to_show)["Location"]
    assert to_code == "/accounts/2fa/reauthenticate/?next=%2Fadmin%2F"
    assert client.post(to_code, {"code": code(secret), "next": "/admin/"})["Location"] == "/admin/"
    assert client.get("/admin/", headers=HTML).status_code == 200


@committed
def test_who_sets_it_up_or_signs_in_with_it_goes_on(client: Client) -> None:
    user = strict_staff()
    password(client, user)
    set_up(client)
    assert client.get("/admin/", headers=HTML).status_code == 200
    secret = Authenticator.objects.filter(user=user).get(type="totp").wrap().instance.data["secret"]
    again = Client()
    password(again, user)
    again.post(SHOW, {"code": code(secret)})
    assert again.get("/admin/", headers=HTML).status_code == 200


def test_a_password_alone_does_not_remove_it(client: Client) -> None:
    """Typed into a session from before there was a second factor."""
    user = factories.user()
    password(client, user)
    app_of(user)
    remove = "/accounts/2fa/app/remove/"
    assert client.get(remove)["Location"] == f"/accounts/2fa/reauthenticate/?next={remove.replace('/', '%2F')}"
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    client.post(remove)
    assert Authenticator.objects.filter(user=user).exists()


def test_candidates_and_staff_of_other_institutions_need_none(client: Client) -> None:
    candidate = strict_staff(Role.CANDIDATE)
    for user in (candidate, factories.people().proctor):
        client.force_login(user)
        assert "/2fa/" not in client.get("/admin/", headers=HTML).headers.get("Location", "")


@pytest.mark.parametrize("required", [True, False])
def test_superusers_need_one_where_the_site_says_so(client: Client, settings: LazySettings, required: bool) -> None:
    settings.PROCTOR_REQUIRE_2FA = required
    client.force_login(factories.people().superuser)
    assert client.get("/admin/", headers=HTML).status_code == (302 if required else 200)


def test_it_costs_staff_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    proctor = factories.people().proctor
    with django_assert_num_queries(1):
        assert two_factor.missing(proctor, {}) is None


def test_a_key_of_the_api_is_no_way_around(client: Client) -> None:
    from rest_framework.exceptions import PermissionDenied
    from rest_framework.request import Request
    from rest_framework.test import APIRequestFactory

    from exams.api.authentication import TokenAuthentication

    user = strict_staff()
    _, key = make_token(user=user, name="robot", scope=ApiToken.Scope.READ, days=1)
    request = Request(APIRequestFactory().get("/", HTTP_AUTHORIZATION=f"Bearer {key}"))
    with pytest.raises(PermissionDenied) as refused:
        TokenAuthentication().authenticate(request)
    assert refused.value.get_codes() == "two_factor_required"
    app_of(user)
    found = TokenAuthentication().authenticate(request)
    assert found is not None
    assert found[0] == user


# ---- Losing it ----


def test_an_administrator_removes_it_from_their_own_people_alone(client: Client) -> None:
    people = factories.people()
    client.force_login(people.administrator)
    for person in (people.proctor, people.foreign_proctor, people.superuser):
        app_of(person)
    chosen = [people.proctor.pk, people.foreign_proctor.pk, people.superuser.pk]
    client.post("/admin/exams/user/", {"action": "remove_second_factors", "_selected_action": chosen})
    assert set(Authenticator.objects.values_list("user", flat=True)) == {people.foreign_proctor.pk, people.superuser.pk}


def test_the_command_removes_it(capsys: pytest.CaptureFixture[str]) -> None:
    user = factories.user("anna", email="anna@example.org")
    app_of(user)
    call_command("remove_second_factor", "anna@example.org")
    assert "1 second factor removed" in capsys.readouterr().out
    assert not Authenticator.objects.filter(user=user).exists()
