"""One real site for all browser tests, and browsers to look at it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from tests.browser import chromium
from tests.browser.people import Sitting, make_sittings
from tests.browser.seat import Candidate, Proctor
from tests.server import Site

SITTINGS = 20

OpenBrowser = Callable[..., WebDriver]
OpenCandidate = Callable[..., Candidate]
OpenProctor = Callable[..., Proctor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session", autouse=True)
def has_chromium() -> None:
    """Before a site is started for nothing."""
    chromium.require_chromium()


@pytest.fixture(scope="session")
def sittings(site: Site) -> Iterator[Sitting]:
    """``next(sittings)``: an exam and a candidate nobody has used."""
    return iter(make_sittings(site, SITTINGS))


@pytest.fixture
def sitting(sittings: Iterator[Sitting]) -> Sitting:
    return next(sittings)


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


@pytest.fixture
def open_candidate(site: Site, open_browser: OpenBrowser) -> OpenCandidate:
    def open_one(*, camera: Path | None = None, size: tuple[int, int] = (1280, 900)) -> Candidate:
        return Candidate(open_browser(camera=camera, size=size), site.url)

    return open_one


@pytest.fixture
def open_proctor(site: Site, open_browser: OpenBrowser) -> OpenProctor:
    """Signed in as the demo proctor."""

    def open_one(*, size: tuple[int, int] = (1280, 900)) -> Proctor:
        proctor = Proctor(open_browser(size=size), site.url)
        proctor.sign_in("proctor")
        return proctor

    return open_one
