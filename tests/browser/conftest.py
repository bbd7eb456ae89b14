"""One real site for all browser tests, and browsers to look at it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from tests.browser import chromium
from tests.server import Site, running_site

OpenBrowser = Callable[..., WebDriver]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    chromium.require_chromium()
    with running_site() as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed browser test shows what the server said."""
    report = yield
    site = getattr(item, "funcargs", {}).get("site")
    if report.failed and isinstance(site, Site):
        report.sections.append(("server log", site.log_tail()))
    return report


@pytest.fixture
def open_browser(tmp_path: Path) -> Iterator[OpenBrowser]:
    """Opens browsers, each a person of their own; all closed at the end of the test."""
    with ExitStack() as stack:
        count = 0

        def open_one(*, camera: Path | None = None, size: tuple[int, int] = (1280, 900)) -> WebDriver:
            nonlocal count
            count += 1
            browser = chromium.start(tmp_path / f"profile{count}", camera=camera, size=size)
            stack.callback(browser.quit)
            return browser

        yield open_one
