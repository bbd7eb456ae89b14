"""Chromium as people have it, with a file as its camera."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
T = TypeVar("T")


def require_chromium() -> tuple[str, str]:
    """Paths of the browser and its driver; without them a test skips and says why, in CI it fails."""
    if BROWSER and DRIVER:
        return BROWSER, DRIVER
    reason = "Chromium and chromedriver are needed (Debian: apt install chromium chromium-driver)."
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def start(profile: Path, *, camera: Path | None = None, size: tuple[int, int] = (1280, 900)) -> WebDriver:
    """A browser with an empty profile. ``camera`` is an .mjpeg file; without one there is no camera permission."""
    browser, driver = require_chromium()
    options = Options()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}"):
        options.add_argument(flag)
    if camera is not None:
        options.add_argument("--use-fake-ui-for-media-stream")
        options.add_argument("--use-fake-device-for-media-stream")
        options.add_argument(f"--use-file-for-fake-video-capture={camera}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(driver))


@contextmanager
def opened() -> Iterator[WebDriver]:
    """A browser for all tests of a module, where each leaves the person who is signed in as it found them."""
    with TemporaryDirectory() as folder:
        browser = start(Path(folder, "profile"))
        try:
            yield browser
        finally:
            browser.quit()


def narrow(browser: WebDriver, width: int, height: int = 844) -> None:
    """A phone's width, which no window of Chromium can take: as its device toolbar does it."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )


def as_it_is(browser: WebDriver) -> None:
    """At its window's own size again."""
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def offline(browser: WebDriver, is_offline: bool) -> None:
    conditions = {"offline": is_offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)


def wait(browser: WebDriver, condition: Callable[[WebDriver], T], what: str, *, seconds: float = 20) -> T:
    """Waits until ``condition`` is true and returns its value; the failure says what was awaited and what was there."""
    waiter: WebDriverWait[WebDriver] = WebDriverWait(
        browser, seconds, 0.1, ignored_exceptions=[NoSuchElementException, StaleElementReferenceException]
    )
    started = time.monotonic()
    try:
        return waiter.until(lambda driver: _unless_between_pages(condition, driver))
    except Exception as error:
        page = browser.execute_script("return document.body ? document.body.innerText : ''")
        waited = time.monotonic() - started
        pytest.fail(f"{what}: not within {waited:.0f} s ({error}) at {browser.current_url}\n{page}\n{console(browser)}")


def _unless_between_pages(condition: Callable[[WebDriver], T], driver: WebDriver) -> T:
    """What ``condition`` says; that an element is stale where chromedriver has another word for it."""
    try:
        return condition(driver)
    except WebDriverException as error:
        if "does not belong to the document" in str(error):  # its page went between finding the element and reading it
            raise StaleElementReferenceException(str(error)) from error
        raise


def console(browser: WebDriver) -> str:
    entries = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return "\n".join(f"{entry['level']}: {entry['message']}" for entry in entries)
