"""A candidate at their browser, and a proctor at theirs: what people do on the pages, in their words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urljoin

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from tests.browser import chromium
from tests.browser.chromium import wait
from tests.browser.people import PASSWORD

# Reads a file with the page's own cookies, as a click on a download would.
FETCH = """
const [url, done] = arguments;
fetch(url).then(async (response) => {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const headers = Object.fromEntries(response.headers);
  done({status: response.status, headers, bytes: Array.from(bytes)});
}, (error) => done({status: 0, headers: {}, bytes: []}));
"""


Anybody = TypeVar("Anybody", bound="Person")


@dataclass(frozen=True, slots=True)
class Fetched:
    """``headers`` by their names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Person:
    def __init__(self, browser: WebDriver, url: str) -> None:
        self.browser = browser
        self.url = url

    def open(self, path: str) -> None:
        self.browser.get(urljoin(self.url, path))

    def find(self, selector: str) -> WebElement:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def click(self, selector: str, *, seconds: float = 20) -> None:
        """As soon as it can be clicked."""
        usable = wait(self.browser, lambda _: self._usable(selector), f"{selector} to be clickable", seconds=seconds)
        assert usable is not None
        usable.click()

    def text(self, selector: str) -> str:
        return self.find(selector).text

    def sees(self, selector: str, words: str, *, seconds: float = 20) -> None:
        wait(self.browser, lambda _: words in self.text(selector), f"“{words}” in {selector}", seconds=seconds)

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        self.open("/accounts/login/")
        self.find("input[name=username]").send_keys(username)
        self.find("input[name=password]").send_keys(password)
        self.find("input[name=password]").submit()
        wait(self.browser, lambda b: "/accounts/login/" not in b.current_url, "signed in")

    def fetch(self, url: str) -> Fetched:
        answer = self.browser.execute_async_script(FETCH, url)
        return Fetched(answer["status"], answer["headers"], bytes(answer["bytes"]))

    def _usable(self, selector: str) -> WebElement | None:
        element = self.find(selector)
        return element if element.is_displayed() and element.is_enabled() else None


@contextmanager
def signed_in(kind: type[Anybody], url: str, username: str) -> Iterator[Anybody]:
    """Somebody for all tests of a module, at a browser of their own."""
    with chromium.opened() as browser:
        person = kind(browser, url)
        person.sign_in(username)
        yield person


class Candidate(Person):
    """From the exam's page to the end of the exam."""

    session_id = ""

    def data(self, name: str) -> str:
        return str(self.find("main").get_attribute(f"data-{name}") or "")

    def reaches(self, stage: str, *, seconds: float = 30) -> None:
        wait(self.browser, lambda _: self.data("stage") == stage, f"stage “{stage}”", seconds=seconds)

    def consent(self, exam_id: int) -> None:
        self.open(f"/exams/{exam_id}/")
        self.click("input[name=agreed]")
        self.click("button[value=agree]")
        wait(self.browser, lambda b: "/sessions/" in b.current_url, "the room")
        found = re.search(r"/sessions/([0-9a-f-]{36})/", self.browser.current_url)
        assert found is not None
        self.session_id = found[1]

    def practise(self, username: str) -> None:
        """To the system check of a practice run."""
        self.sign_in(username)
        self.open("/practice/")
        for box in self.find_all("input[name=agreed]"):  # none, once they have agreed
            box.click()
        self.click("button[value=agree], button[value=enter]")
        self.reaches("check")

    def pass_check(self) -> None:
        """Starts the camera, waits until the server has seen a face, and goes on."""
        self.click("#camera-start")
        wait(self.browser, lambda _: self.check("face") == "ok", "a face in the system check", seconds=30)
        wait(self.browser, lambda _: self.check("connection") == "ok", "the connection's check", seconds=30)
        self.click("#check-done")

    def check(self, name: str) -> str:
        return str(self.find(f'[data-check="{name}"]').get_attribute("data-state"))

    def calibrate(self) -> None:
        self.reaches("calibration")
        self.click("#calibration-start")
        self.reaches("ready", seconds=40)

    def start(self) -> None:
        self.click("#start-exam")
        self.reaches("exam")

    def sit_down(self, username: str, exam_id: int) -> None:
        """Everything before the first question."""
        self.sign_in(username)
        self.consent(exam_id)
        self.pass_check()
        self.calibrate()
        self.start()

    def frames_acked(self) -> int:
        return int(self.data("frames-acked") or 0)

    def warnings(self) -> str:
        return self.text("#warnings")

    def camera_tracks_live(self) -> bool:
        """Whether the page holds a running camera track."""
        script = "const s = document.getElementById('selfview').srcObject; return s ? s.active : false;"
        return bool(self.browser.execute_script(script))

    def finish(self) -> None:
        self.click("#finish")
        self.click("#finish-confirm")
        self.reaches("finished")


class Proctor(Person):
    """Someone who may see the session."""

    def export_json(self, session_id: str) -> dict[str, Any]:
        answer = self.fetch(f"/sessions/{session_id}/export.json")
        assert answer.status == 200, answer
        return dict(json.loads(answer.body))

    def newest_frame(self, session_id: str) -> int:
        """Its number; 0 without one."""
        return int(self.fetch(f"/sessions/{session_id}/frame.jpg").headers.get("x-frame-sequence", 0))

    def ledger(self, session_id: str) -> list[str]:
        """Names of all entries, those of the technical ledger too."""
        answer = self.fetch(f"/sessions/{session_id}/export.json?detail=1")
        return [str(event["event"]) for event in json.loads(answer.body)["events"]]

    def events(self, session_id: str, name: str) -> list[dict[str, Any]]:
        return [event for event in self.export_json(session_id)["events"] if event["event"] == name]

    def waits_for_event(self, session_id: str, name: str, *, seconds: float = 30) -> list[dict[str, Any]]:
        found = wait(self.browser, lambda _: self.events(session_id, name), f"the event {name}", seconds=seconds)
        assert found
        return found
