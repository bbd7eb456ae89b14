"""Wrong passwords: waits, the lock, who is not hit by it, and the way out."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from exams.accounts import lockout
from exams.accounts.lockout import Standing
from exams.models import Role
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/accounts/login/"
SCHOOL, HOME = "192.0.2.1", "198.51.100.7"
LIMIT = 10


def fail(name: str, times: int, *, address: str = SCHOOL, agent: str = "Firefox") -> None:
    """As if it had happened a moment ago, so that no wait is left but the lock's."""
    AccessAttempt.objects.create(
        username=name,
        ip_address=address,
        user_agent=agent,
        failures_since_start=times,
        get_data="",
        post_data="",
        http_accept="",
        path_info=URL,
    )
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(seconds=90))


def try_in(name: str, password: str = factories.PASSWORD, address: str = SCHOOL) -> tuple[int, bool]:
    """The status of the answer, and whether one is in."""
    client = Client(REMOTE_ADDR=address)
    answer = client.post(URL, {"username": name, "password": password})
    return answer.status_code, "_auth_user_id" in client.session


@pytest.fixture(autouse=True)
def _anna() -> None:
    factories.user("anna", email="anna@example.org")


def test_ten_failures_lock_the_name_at_that_address() -> None:
    fail("anna", LIMIT - 1)
    assert try_in("anna", "wrong") == (429, False)
    assert try_in("anna") == (429, False)


def test_the_right_password_ends_what_was_counted() -> None:
    fail("anna", LIMIT - 1)
    assert try_in("anna") == (302, True)
    assert not AccessAttempt.objects.exists()


def test_others_at_the_same_address_sign_in_and_the_same_name_elsewhere() -> None:
    factories.user("ben")
    fail("anna", LIMIT)
    assert try_in("anna") == (429, False)
    assert try_in("ben") == (302, True)
    assert try_in("anna", address=HOME) == (302, True)


def test_the_address_and_the_name_count_together() -> None:
    fail("anna", LIMIT - 1)
    try_in("ANNA@example.org", "wrong")
    assert try_in("anna") == (429, False)


def test_another_browser_begins_no_new_count() -> None:
    fail("anna", LIMIT // 2, agent="Firefox")
    fail("anna", LIMIT // 2, agent="Chromium")
    assert try_in("anna") == (429, False)


def test_guesses_from_many_addresses_lock_the_name_everywhere() -> None:
    for number in range(10):
        fail("anna", 5, address=f"203.0.113.{number}")
    assert try_in("anna", address=HOME) == (429, False)


def test_a_name_that_nobody_has_is_locked_as_well() -> None:
    fail("nemo", LIMIT - 1)
    assert try_in("nemo", "wrong") == (429, False)


def test_the_lock_ends_by_itself_and_trying_meanwhile_does_not_prolong_it() -> None:
    fail("anna", LIMIT)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14, seconds=58))
    before = AccessAttempt.objects.get().attempt_time
    assert try_in("anna") == (429, False)
    assert AccessAttempt.objects.get().attempt_time == before
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert try_in("anna") == (302, True)


@pytest.mark.parametrize(
    ("failures", "wait"), [(0, 0), (3, 0), (4, 5), (5, 10), (6, 20), (7, 40), (8, 60), (9, 60), (10, 900), (30, 900)]
)
def test_each_try_takes_longer_than_the_one_before(failures: int, wait: int) -> None:
    now = timezone.now()
    assert Standing(failures, now, failures, now).wait(now) == wait


def test_whoever_goes_on_at_once_is_asked_to_wait_and_not_counted() -> None:
    fail("anna", 3)
    assert try_in("anna", "wrong")[0] == 200
    answer = Client(REMOTE_ADDR=SCHOOL).post(URL, {"username": "anna", "password": factories.PASSWORD})
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 5
    assert "Please wait" in answer.content.decode()
    assert sum(AccessAttempt.objects.values_list("failures_since_start", flat=True)) == 4


def test_a_class_of_three_hundred_behind_one_address_gets_in_though_each_mistypes_once() -> None:
    blank = {"user_agent": "", "get_data": "", "post_data": "", "http_accept": "", "path_info": URL}
    AccessAttempt.objects.bulk_create(
        AccessAttempt(username=f"pupil{number}", ip_address=SCHOOL, failures_since_start=1, **blank)
        for number in range(300)
    )
    AccessAttempt.objects.update(attempt_time=timezone.now())
    for number in (0, 299):
        factories.user(f"pupil{number}")
    assert [try_in(f"pupil{number}")[1] for number in (0, 299)] == [True, True]


@pytest.mark.parametrize("name", ["anna", "ANNA@example.org"])
def test_the_command_unlocks(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    fail("anna", LIMIT)
    call_command("unlock", name)
    assert "anna is unlocked" in capsys.readouterr().out
    assert try_in("anna") == (302, True)


def test_the_command_lists_who_is_locked(capsys: pytest.CaptureFixture[str]) -> None:
    fail("anna", LIMIT)
    fail("ben", 2)
    call_command("unlock", "--list")
    out = capsys.readouterr().out
    assert "anna" in out
    assert "ben" not in out


def test_old_records_go() -> None:
    fail("anna", LIMIT)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(hours=1))
    for age in (29, 31):
        made = AccessFailureLog.objects.create(username="anna", ip_address=HOME, user_agent="", http_accept="")
        AccessFailureLog.objects.filter(pk=made.pk).update(attempt_time=timezone.now() - timedelta(days=age))
    lockout.forget_old(timezone.now())
    assert (AccessAttempt.objects.count(), AccessFailureLog.objects.count()) == (0, 1)


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.INFO), caplog.at_level(logging.INFO, "axes"):
        yield caplog


def test_the_log_names_nobody_and_no_address(everything_logged: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        try_in("anna", "wrong-password")
    try_in("anna")
    fail("anna", LIMIT)
    try_in("anna")
    assert "login failure" in everything_logged.text
    for secret in ("anna", "192.0.2.1", "wrong-password"):
        assert secret not in everything_logged.text


def test_nothing_that_was_typed_is_kept_but_the_name() -> None:
    Client(REMOTE_ADDR=SCHOOL).post(
        URL, {"username": "anna", "password": "wrong-password", "next": "/exams/1/", "code": "123456"}
    )
    kept = AccessAttempt.objects.get()
    assert "wrong-password" not in kept.post_data
    assert "123456" not in kept.post_data
    assert kept.username == "anna"


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, "203.0.113.9", SCHOOL),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.9.9.9, 203.0.113.9", "203.0.113.9"),
        (2, "10.9.9.9, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (1, "2001:db8:1:2:3::4", "2001:db8:1:2::"),
        (1, "nonsense", None),
        (2, "203.0.113.9", None),
    ],
)
def test_behind_a_proxy_the_address_is_what_the_proxy_says(
    settings: LazySettings, proxies: int, header: str, expected: str | None
) -> None:
    settings.PROCTOR_PROXIES = proxies
    client = Client(REMOTE_ADDR=SCHOOL, HTTP_X_FORWARDED_FOR=header)
    client.post(URL, {"username": "anna", "password": "wrong"})
    assert AccessAttempt.objects.get().ip_address == expected


ADMIN = "/admin/exams/signinlock/"


def test_an_administrator_sees_and_unlocks_their_own_people_alone(client: Client) -> None:
    people = factories.people()
    for person in (people.candidate, people.foreign_candidate, people.superuser):
        fail(person.username, LIMIT)
    client.force_login(people.administrator)
    page = client.get(ADMIN)
    assert [row.username for row in page.context["cl"].result_list] == [people.candidate.username]
    assert re.search(r"\b\d+ min\b", page.content.decode())
    everything = list(AccessAttempt.objects.values_list("pk", flat=True))
    client.post(ADMIN, {"action": "unlock", "_selected_action": everything})
    left = set(AccessAttempt.objects.values_list("username", flat=True))
    assert left == {people.foreign_candidate.username, people.superuser.username}


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.PROCTOR, Role.REVIEWER])
@pytest.mark.parametrize("url", [ADMIN, "/admin/exams/failedsignin/"])
def test_other_staff_see_none(client: Client, role: str, url: str) -> None:
    client.force_login(factories.user(role=role))
    assert client.get(url).status_code == 403


def test_a_superuser_sees_every_failure(client: Client) -> None:
    try_in("anna", "wrong")
    try_in("nemo", "wrong")
    client.force_login(factories.people().superuser)
    page = client.get("/admin/exams/failedsignin/").content.decode()
    assert "anna" in page
    assert "nemo" in page


@pytest.mark.parametrize("model", ["mfa/authenticator", "account/emailaddress", "socialaccount/socialapp"])
def test_allauths_own_tables_have_no_pages(client: Client, model: str) -> None:
    client.force_login(factories.people().superuser)
    assert client.get(f"/admin/{model}/").status_code == 404
