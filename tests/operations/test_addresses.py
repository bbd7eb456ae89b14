"""Mail from a site that nobody configured leads back to that site, on whichever port it was started."""

from __future__ import annotations

import re
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from tests.live.waiting import until
from tests.server import Site

RESET = "/accounts/password/reset/"
SOMEBODY = """
from exams.models import User
somebody = User.objects.create_user(username="forgetful", email="forgetful@example.org", password="known-once-long-ago")
answer = somebody.email
"""


async def test_a_link_in_mail_leads_to_where_the_site_was_started(site: Site) -> None:
    address = site.ask(SOMEBODY)
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    browser.open(site.url + RESET).read()
    token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
    browser.open(site.url + RESET, urlencode({"email": address, "csrfmiddlewaretoken": token}).encode()).read()
    await until(lambda: "/reset/key/" in site.log.read_text(encoding="utf-8"))
    links = re.findall(r"(http://\S+)/accounts/password/reset/key/", site.log.read_text(encoding="utf-8"))
    assert set(links) == {site.url}
