"""Changing one's password, and getting a new one by mail."""

from __future__ import annotations

import re
import time

import pytest
from django.core import mail
from django.test import Client

from exams import tasks
from exams.accounts.mail import NOTICES
from exams.models import User
from exams.services.newcomers import users_with_email
from proctor_site import background
from tests import factories

pytestmark = pytest.mark.django_db
RESET, CHANGE = "/accounts/password/reset/", "/accounts/password/change/"
GOOD = "correct horse 9"


def link_to(user: User) -> str:
    mail.outbox.clear()
    tasks.send_password_resets([user.pk])
    [message] = mail.outbox
    found = re.search(r"http://127\.0\.0\.1:8000(/accounts/password/reset/key/\S+)", str(message.body))
    assert found is not None
    return found[1]


def set_new(client: Client, link: str, password: str = GOOD) -> str:
    form = client.get(link)
    assert form.status_code == 302, "the link does not work"
    answer = client.post(form["Location"], {"password1": password, "password2": password})
    return str(answer.headers.get("Location", ""))


def test_the_link_sets_a_password_once(client: Client) -> None:
    user = factories.user("anna", email="anna@example.org")
    link = link_to(user)
    assert set_new(client, link) == "/accounts/password/reset/key/done/"
    user.refresh_from_db()
    assert user.check_password(GOOD)
    assert "_auth_user_id" not in client.session
    assert "no longer works" in Client().get(link).content.decode()


def test_a_link_ends_after_a_day(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    link = link_to(factories.user(email="anna@example.org"))
    now = time.time()
    from datetime import datetime, timedelta

    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    later = datetime.fromtimestamp(now) + timedelta(hours=25)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: later)
    assert "no longer works" in client.get(link).content.decode()


@pytest.mark.parametrize("change", [{"email": "new@example.org"}, {"password": "other"}])
def test_a_link_ends_with_what_it_was_made_for(client: Client, change: dict[str, str]) -> None:
    user = factories.user(email="anna@example.org")
    link = link_to(user)
    User.objects.filter(pk=user.pk).update(**change)
    assert "no longer works" in client.get(link).content.decode()


def test_a_weak_one_is_refused_with_the_reason(client: Client) -> None:
    user = factories.user("anna", email="anna@example.org")
    form = client.get(link_to(user))["Location"]
    page = client.post(form, {"password1": "anna", "password2": "anna"}).content.decode()
    assert "too short" in page
    page = client.post(form, {"password1": GOOD, "password2": GOOD + "x"}).content.decode()
    assert "same password each time" in page


def test_whoever_asks_is_told_the_same_and_strangers_get_no_mail(client: Client) -> None:
    factories.user(email="anna@example.org")
    answers = [client.post(RESET, {"email": address}) for address in ("Anna@example.org", "nobody@example.org")]
    assert {answer["Location"] for answer in answers} == {f"{RESET}done/"}
    background.join()
    assert mail.outbox == []  # nothing is sent before the transaction of the request is over


@pytest.mark.django_db(transaction=True)
def test_the_mail_goes_out_beside_the_request(client: Client) -> None:
    factories.user("anna", email="Anna@Example.org")
    factories.user("closed", email="closed@example.org", is_active=False)
    for address in ("anna@example.org", "closed@example.org", "nobody@example.org"):
        client.post(RESET, {"email": address})
    background.join()
    [message] = mail.outbox
    assert message.to == ["Anna@Example.org"]
    assert message.subject == "Set a new password"
    assert "“anna”" in message.body


def test_deactivated_people_get_none() -> None:
    user = factories.user(email="anna@example.org", is_active=False)
    tasks.send_password_resets([user.pk])
    assert mail.outbox == []


def test_one_address_is_not_flooded(client: Client) -> None:
    answers = [client.post(RESET, {"email": "anna@example.org"}).status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]
    assert client.post(RESET, {"email": "ben@example.org"}).status_code == 302


def test_a_class_behind_one_address_may_ask_at_once(client: Client) -> None:
    answers = {client.post(RESET, {"email": f"pupil{number}@example.org"}).status_code for number in range(60)}
    assert answers == {302}


def test_changing_it_keeps_this_browser_and_ends_the_others(client: Client) -> None:
    user = factories.user("anna")
    other = Client()
    for browser in (client, other):
        browser.post("/accounts/login/", {"username": "anna", "password": factories.PASSWORD})
    answer = client.post(CHANGE, {"oldpassword": factories.PASSWORD, "password1": GOOD, "password2": GOOD})
    assert answer["Location"] == "/accounts/"
    user.refresh_from_db()
    assert user.check_password(GOOD)
    assert client.get("/accounts/").status_code == 200
    assert other.get("/accounts/").status_code == 302


def test_it_takes_the_old_one(client: Client) -> None:
    user = factories.user("anna")
    client.force_login(user)
    client.post(CHANGE, {"oldpassword": "wrong", "password1": GOOD, "password2": GOOD})
    user.refresh_from_db()
    assert user.check_password(factories.PASSWORD)


def test_the_admins_own_page_for_it_leads_here(client: Client) -> None:
    client.force_login(factories.people().superuser)
    assert client.get("/admin/password_change/")["Location"] == CHANGE


@pytest.mark.parametrize("notice", NOTICES)
def test_people_are_told_of_changes(notice: str) -> None:
    user = factories.user("anna", email="anna@example.org")
    tasks.send_notice(user.pk, notice)
    [message] = mail.outbox
    assert NOTICES[notice] in message.body
    assert "http://127.0.0.1:8000/accounts/" in message.body


def test_who_has_no_address_is_told_nothing() -> None:
    tasks.send_notice(factories.user().pk, "two_factor_reset")
    assert mail.outbox == []


def test_addresses_are_found_however_they_are_capitalised() -> None:
    user = factories.user(email="Anna@Example.org")
    assert users_with_email(" ANNA@example.ORG ") == [user]
    assert users_with_email("") == []
