"""The API's page, which Swagger UI draws: to be read by everybody, closed and opened."""

from __future__ import annotations

from tests.browser import chromium
from tests.browser.chromium import wait
from tests.browser.conftest import OpenBrowser
from tests.browser.judging import judge
from tests.browser.seat import Person
from tests.server import Site


def test_the_apis_page_by_eye(site: Site, open_browser: OpenBrowser) -> None:
    reader = Person(open_browser(), site.url)
    reader.open("/api/v1/docs/")
    wait(reader.browser, lambda _: len(reader.find_all(".opblock")) > 50, "the operations")
    wrong = judge(reader, "api-docs")
    chromium.narrow(reader.browser, 1280)
    for method in ("get", "post", "patch", "put", "delete"):
        reader.click(f".opblock-{method} .opblock-summary-control")
        reader.click(f".opblock-{method}.is-open .try-out__btn")  # once it is open
    wrong += judge(reader, "api-docs-opened")
    assert not wrong, "\n".join(wrong)
