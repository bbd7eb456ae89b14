"""The sign-in page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from exams.models import Role
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/accounts/login/"


def sign_in(client: Client, name: str, password: str = factories.PASSWORD) -> bool:
    client.post(URL, {"username": name, "password": password})
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("typed", ["anna", "ANNA", " anna ", "anna@example.org", "Anna@Example.ORG"])
def test_one_signs_in_by_name_or_address_however_they_are_capitalised(client: Client, typed: str) -> None:
    factories.user("anna", email="Anna@example.org")
    assert sign_in(client, typed)


def test_a_name_in_exactly_these_letters_is_meant_where_another_differs_in_capitals_only(client: Client) -> None:
    anna, other = factories.user("anna"), factories.user("Anna")
    assert sign_in(client, "anna")
    assert client.session["_auth_user_id"] == str(anna.pk)
    client.logout()
    assert sign_in(client, "Anna")
    assert client.session["_auth_user_id"] == str(other.pk)
    client.logout()
    assert not sign_in(client, "ANNA")


def test_an_address_that_several_people_have_is_nobodys(client: Client) -> None:
    factories.user("one", email="office@example.org")
    factories.user("two", email="office@example.org")
    assert not sign_in(client, "office@example.org")
    assert sign_in(client, "two")


@pytest.mark.parametrize(
    ("typed", "password"), [("anna", "wrong"), ("nobody", "demo"), ("anna\0", "demo"), ("x" * 300, "demo")]
)
def test_who_does_not_belong_gets_no_further(client: Client, typed: str, password: str) -> None:
    factories.user("anna")
    assert not sign_in(client, typed, password)


def test_a_stranger_and_a_wrong_password_get_the_same_answer(client: Client) -> None:
    factories.user("anna")
    answers = [
        client.post(URL, {"username": name, "password": "wrong"}).content.decode().replace(name, "NAME")
        for name in ("anna", "nemo")
    ]
    scrubbed = [answer.split('name="csrfmiddlewaretoken"')[0] + answer.split("</form>")[-1] for answer in answers]
    assert scrubbed[0] == scrubbed[1]
    assert "do not belong together" in answers[0]


def test_a_deactivated_person_is_told_no_more_than_a_stranger(client: Client) -> None:
    factories.user("anna", is_active=False)
    answer = client.post(URL, {"username": "anna", "password": factories.PASSWORD})
    assert "do not belong together" in answer.content.decode()


def test_it_leads_to_where_one_wanted_to_go(client: Client) -> None:
    factories.user("anna", role=Role.CANDIDATE)
    page = client.get(f"{URL}?next=/practice/").content.decode()
    assert '<input type="hidden" name="next" value="/practice/">' in page
    answer = client.post(URL, {"username": "anna", "password": factories.PASSWORD, "next": "/practice/"})
    assert answer["Location"] == "/practice/"


def test_it_leads_nowhere_outside(client: Client) -> None:
    factories.user("anna")
    answer = client.post(URL, {"username": "anna", "password": factories.PASSWORD, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_who_is_in_already_is_sent_on(client: Client) -> None:
    client.force_login(factories.user())
    assert client.get(URL)["Location"] == "/"


@pytest.mark.parametrize("name", ["logout", "account_logout"])
def test_signing_out_takes_a_click(client: Client, name: str) -> None:
    client.force_login(factories.user())
    assert "Sign out?" in client.get(reverse(name)).content.decode()
    assert client.post(reverse(name))["Location"] == URL
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "path", ["signup/", "email/", "confirm-email/", "3rdparty/", "3rdparty/signup/", "login/code/", "social/signup/"]
)
def test_what_allauth_offers_and_nobody_needs_is_closed(client: Client, path: str) -> None:
    client.force_login(factories.user())
    assert client.get(f"/accounts/{path}").status_code == 404


def test_the_account_page_says_who_one_is(client: Client) -> None:
    user = factories.user("anna", email="anna@example.org", role=Role.PROCTOR)
    client.force_login(user)
    page = client.get("/accounts/").content.decode()
    assert "anna@example.org" in page
    assert user.memberships.get().institution.name in page


def test_the_account_page_requires_signing_in(client: Client) -> None:
    assert client.get("/accounts/")["Location"] == f"{URL}?next=/accounts/"


def test_the_administration_leads_to_the_account_and_out(client: Client) -> None:
    client.force_login(factories.people().superuser)
    assert 'href="/accounts/"' in client.get("/admin/").content.decode()
    assert client.post("/admin/logout/")["Location"] == URL
    assert "_auth_user_id" not in client.session
