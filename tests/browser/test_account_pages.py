"""Account pages as people meet them: by eye at both widths, by keyboard, and with a real security key's protocol."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from tests.browser import chromium, looks
from tests.browser.chromium import wait
from tests.browser.judging import judge
from tests.browser.people import PASSWORD
from tests.browser.seat import Person
from tests.server import Site

MAKE = f"""
from exams.models import Institution, User
from exams.services import invitations
place = Institution.objects.get(name="Demo University")
for name in ("keyholder", "keyless"):
    user = User.objects.create(username=name, first_name=name, email=f"{{name}}@example.org")
    user.set_password({PASSWORD!r})
    user.save()
invited = invitations.invite(institution=place, email="newcomer@example.org", role="candidate", by=None)
answer = invitations.token_of(invited)
"""
KEY = {"protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "automaticPresenceSimulation": True}


@pytest.fixture(scope="module")
def token(site: Site) -> str:
    return str(site.ask(MAKE))


@pytest.fixture(scope="module")
def browser() -> Iterator[WebDriver]:
    with chromium.opened() as opened:
        yield opened


@pytest.fixture
def person(browser: WebDriver, site: Site, token: str) -> Person:
    """Somebody new, at “localhost”: browsers let no security key work for an address of numbers."""
    someone = Person(browser, site.url.replace("127.0.0.1", "localhost"))
    someone.open("/accounts/login/")
    browser.delete_all_cookies()
    return someone


def test_a_newcomer_by_eye_and_keyboard(person: Person, token: str) -> None:
    wrong = []
    for path, name in (("/accounts/password/reset/", "reset"), (f"/invitations/{token}/", "invitation")):
        person.open(path)
        wrong += judge(person, name) + looks.unreachable_by_tab(person.browser)
    for field, value in (("first_name", "Åsa"), ("last_name", "Öberg"), ("password", "correct horse 9")):
        person.find(f"input[name={field}]").send_keys(value)
    person.find("input[name=password]").submit()
    wait(person.browser, lambda b: "/invitations/" not in b.current_url, "an account")
    for path, name in (
        ("/accounts/", "account"),
        ("/accounts/password/change/", "password"),
        ("/accounts/2fa/", "second-factor"),
        ("/accounts/2fa/app/add/", "app-add"),
    ):
        person.open(path)
        wrong += judge(person, name) + looks.unreachable_by_tab(person.browser)
    assert not wrong, "\n".join(wrong)


def test_a_security_key_is_added_and_lets_in(person: Person) -> None:
    browser = person.browser
    browser.execute_cdp_cmd("WebAuthn.enable", {})
    browser.execute_cdp_cmd("WebAuthn.addVirtualAuthenticator", {"options": KEY | {"hasUserVerification": False}})
    person.sign_in("keyholder")
    person.open("/accounts/2fa/keys/add/")
    wrong = judge(person, "key-add")
    person.click("#use-key")
    wait(browser, lambda b: "/accounts/2fa/codes/" in b.current_url, "recovery codes")
    wrong += judge(person, "codes")
    browser.delete_all_cookies()
    person.sign_in("keyholder")
    assert "/accounts/2fa/authenticate/" in browser.current_url
    wrong += judge(person, "code")
    person.click("#use-key")
    wait(browser, lambda b: "/accounts/" not in b.current_url, "signed in with the key")
    assert not wrong, "\n".join(wrong)


def test_a_browser_without_the_key_is_told_what_to_do(person: Person) -> None:
    browser = person.browser
    person.sign_in("keyless")
    person.open("/accounts/2fa/keys/add/")
    browser.execute_script(
        "navigator.credentials.create = async () => { throw new DOMException('', 'NotAllowedError'); }"
    )
    person.click("#use-key")
    person.sees("#key-error", "did not answer")
    assert person.find("#use-key").is_enabled()


def test_who_goes_on_guessing_is_asked_to_wait(person: Person) -> None:
    for _ in range(5):
        person.open("/accounts/login/")
        person.find("input[name=username]").send_keys("somebody")
        person.find("input[name=password]").send_keys("guess")
        person.find("input[name=password]").submit()
        wait(person.browser, lambda b: "guess" not in b.page_source, "an answer")
    person.sees("h1", "Please wait")
    assert not judge(person, "locked")
